//! Runs the browser's session natively: the same core, the same report, byte for byte.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool prints"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a command-line tool has files and threads"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::UNIX_EPOCH;

use logloupe::base::ids::FileId;
use logloupe::base::time::Timestamp;
use logloupe::ingest::container::Container;
use logloupe::ingest::encoding::without_bom;
use logloupe::parse::{Parser, Shape, gather};
use logloupe::protocol::{FileMeta, Options};
use logloupe::report::words::level_name;
use logloupe::session::{Engine, HEAD_LEN, Reread, Task};
use logloupe::shard::Shard;
use logloupe::shard::question::{Hit, TextRange};
use logloupe::shard::wire::{BlockJob, FileSetup, Naming, Summary};
use logloupe::table::scan::RECORD_CAP;

const USAGE: &str = "usage: analyze [--plain] [--timezone TZ] [--workers N] [--labels LABELS.csv] [--records OUT.csv] [--report OUT.json] FILE...";

/// Bytes a shard reads beyond its block at first.
const READ_AHEAD: u64 = 64 << 10;
/// Bytes read at a time.
const READ_LEN: usize = 1 << 20;

struct Arguments {
    options: Options,
    n_workers: usize,
    records: Option<PathBuf>,
    report: Option<PathBuf>,
    /// Read like the other files; a table of labels is known by what it holds.
    labels: Option<PathBuf>,
    files: Vec<PathBuf>,
}

enum Failure {
    Arguments(String),
    File(String),
}

fn main() -> ExitCode {
    let outcome = arguments().and_then(|arguments| run(&arguments));
    let (code, message) = match outcome {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Arguments(message)) => (2, message),
        Err(Failure::File(message)) => (1, message),
    };
    eprintln!("analyze: {message}");
    ExitCode::from(code)
}

fn arguments() -> Result<Arguments, Failure> {
    let wrong = |what: String| Failure::Arguments(format!("{what}; {USAGE}"));
    let mut parsed = Arguments {
        options: Options::default(),
        n_workers: 1,
        records: None,
        report: None,
        labels: None,
        files: Vec::new(),
    };
    let mut given = std::env::args_os().skip(1);
    while let Some(argument) = given.next() {
        let name = argument.to_string_lossy().into_owned();
        let mut value = || {
            given
                .next()
                .ok_or_else(|| wrong(format!("{name} needs a value")))
        };
        match name.as_str() {
            "--plain" => parsed.options.plain = true,
            "--timezone" => parsed.options.timezone = value()?.to_string_lossy().into_owned(),
            "--workers" => {
                let n = value()?
                    .to_string_lossy()
                    .parse()
                    .ok()
                    .filter(|n| (1..=64).contains(n));
                parsed.n_workers =
                    n.ok_or_else(|| wrong("--workers takes a number from 1 to 64".to_owned()))?;
            }
            "--records" => parsed.records = Some(value()?.into()),
            "--labels" => parsed.labels = Some(value()?.into()),
            "--report" => parsed.report = Some(value()?.into()),
            _ if name.starts_with("--") => return Err(wrong(format!("unknown option {name}"))),
            _ => parsed.files.push(argument.into()),
        }
    }
    if parsed.files.is_empty() {
        return Err(wrong("no file given".to_owned()));
    }
    Ok(parsed)
}

struct Input {
    meta: FileMeta,
    file: File,
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::File(format!("{} cannot be read: {error}", path.display()))
}

fn open(path: &Path) -> Result<Input, Failure> {
    let failed = |error| unreadable(path, &error);
    let file = File::open(path).map_err(failed)?;
    let facts = file.metadata().map_err(failed)?;
    if facts.is_dir() {
        return Err(Failure::File(format!("{} is a folder", path.display())));
    }
    let modified = facts
        .modified()
        .map_err(failed)?
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    // Whole milliseconds, as a browser gives them.
    let modified_ms = modified.as_millis() as f64;
    Ok(Input {
        meta: FileMeta {
            name,
            byte_len: facts.len() as f64,
            modified_ms,
        },
        file,
    })
}

fn read_at(input: &Input, offset: u64, byte_len: usize) -> Vec<u8> {
    let mut bytes = vec![0; byte_len];
    let mut n_read = 0;
    while n_read < byte_len {
        match input
            .file
            .read_at(&mut bytes[n_read..], offset + n_read as u64)
        {
            Ok(0) | Err(_) => break,
            Ok(n) => n_read += n,
        }
    }
    bytes.truncate(n_read);
    bytes
}

enum Order {
    Block(BlockJob, Box<FileSetup>, u32, Option<Vec<u8>>),
    Names(Naming),
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let refused = |error: logloupe::error::Error| match error {
        logloupe::error::Error::Params(_) => Failure::Arguments(error.to_string()),
        _ => Failure::File(error.to_string()),
    };
    let mut engine = Engine::new(arguments.options.clone()).map_err(refused)?;
    let mut inputs = Vec::new();
    for path in arguments.files.iter().chain(&arguments.labels) {
        let input = open(path)?;
        let id = engine
            .open(input.meta.clone(), &read_at(&input, 0, HEAD_LEN as usize))
            .map_err(refused)?;
        if Some(path) == arguments.labels.as_ref() && !engine.is_labels(id) {
            let what = format!("{} is not a table of labels", path.display());
            return Err(Failure::File(what));
        }
        inputs.push(input);
    }
    let mut shards: Vec<Shard> = (0..arguments.n_workers)
        .map(|_| Shard::new(engine.setup()))
        .collect();
    let mut owners = BTreeMap::new();
    let setups = read_all(&mut engine, &inputs, &mut shards, &mut owners);
    let survey = engine.analyze();
    let answers = std::thread::scope(|scope| {
        let asked: Vec<_> = shards
            .iter_mut()
            .map(|shard| scope.spawn(|| shard.survey(survey.clone())))
            .collect();
        asked
            .into_iter()
            .map(|thread| thread.join().expect("a survey does not panic"))
            .collect()
    });
    let report = engine.conclude(answers).map_err(refused)?;
    println!("{}", report.sentence);
    let failed = |path: &Path, error: std::io::Error| {
        Failure::File(format!("{} cannot be written: {error}", path.display()))
    };
    if let Some(path) = &arguments.report {
        std::fs::write(path, report.to_json()).map_err(|error| failed(path, error))?;
    }
    if let Some(path) = &arguments.records {
        write_records(path, &engine, &inputs, &shards, &owners, &setups)
            .map_err(|error| failed(path, error))?;
    }
    Ok(())
}

fn read_all(
    engine: &mut Engine,
    inputs: &[Input],
    shards: &mut [Shard],
    owners: &mut BTreeMap<(FileId, u32), usize>,
) -> BTreeMap<FileId, FileSetup> {
    std::thread::scope(|scope| {
        let mut setups = BTreeMap::new();
        let (done, answers) = mpsc::channel();
        let orders: Vec<_> = shards
            .iter_mut()
            .enumerate()
            .map(|(worker, shard)| {
                let (order, todo) = mpsc::channel::<Order>();
                let done = done.clone();
                scope.spawn(move || {
                    for order in todo {
                        match order {
                            Order::Names(naming) => {
                                shard.name_messages(naming);
                            }
                            Order::Block(job, setup, input, bytes) => {
                                shard.begin(job.clone(), &setup);
                                let input = &inputs[input as usize];
                                let summary = work(shard, input, &job, bytes.as_deref());
                                done.send((worker, job, summary))
                                    .expect("the engine waits for every block");
                            }
                        }
                    }
                });
                order
            })
            .collect();
        let mut n_pending = vec![0; orders.len()];
        let merge = |engine: &mut Engine, owners: &BTreeMap<_, _>, n_pending: &mut [usize]| {
            let (worker, job, summary): (usize, BlockJob, Summary) =
                answers.recv().expect("the workers live");
            n_pending[worker] -= 1;
            for naming in engine.merge(job.file, job.block, summary) {
                let owner: usize = owners[&(naming.file, naming.block)];
                orders[owner]
                    .send(Order::Names(naming))
                    .expect("the workers live");
            }
        };
        loop {
            match engine.next_task() {
                Task::Done => break,
                Task::Read {
                    input,
                    offset,
                    byte_len,
                } => engine.feed(
                    input,
                    &read_at(&inputs[input as usize], offset, byte_len as usize),
                ),
                Task::Block {
                    job,
                    setup,
                    input,
                    bytes,
                } => {
                    while n_pending.iter().all(|&n| n >= 2) {
                        merge(engine, owners, &mut n_pending);
                    }
                    let worker = (0..orders.len())
                        .min_by_key(|&worker| n_pending[worker])
                        .expect("there is a worker");
                    n_pending[worker] += 1;
                    owners.insert((job.file, job.block), worker);
                    setups.insert(job.file, setup.as_ref().clone());
                    orders[worker]
                        .send(Order::Block(job, setup, input, bytes))
                        .expect("the workers live");
                }
            }
        }
        while n_pending.iter().any(|&n| n > 0) {
            merge(engine, owners, &mut n_pending);
        }
        setups
    })
}

fn work(shard: &mut Shard, input: &Input, job: &BlockJob, bytes: Option<&[u8]>) -> Summary {
    if let Some(bytes) = bytes {
        shard.push(bytes);
    } else {
        let mut at = job.feed_from();
        loop {
            let wanted = if at < job.end {
                (job.end - at + READ_AHEAD).min(READ_LEN as u64)
            } else {
                READ_AHEAD
            };
            let bytes = read_at(input, at, wanted as usize);
            at += bytes.len() as u64;
            if bytes.is_empty() || !shard.push(&bytes) {
                break;
            }
        }
    }
    shard.end().expect("a block was begun")
}

/// The text of a file's blocks, one after the other.
struct Texts<'a> {
    input: &'a Input,
    /// Where the text is not what stands in the file.
    again: Option<Reread>,
    packed: Vec<u8>,
    n_used: usize,
    read_to: u64,
}

impl Texts<'_> {
    fn next(&mut self, range: TextRange) -> Vec<u8> {
        let Some(again) = &mut self.again else {
            return read_at(self.input, range.start, (range.end - range.start) as usize);
        };
        loop {
            let mut packed = &self.packed[self.n_used..];
            let next = again.next(&mut packed, self.packed.is_empty() && self.read_to > 0);
            self.n_used = self.packed.len() - packed.len();
            if let Some((_, text)) = next {
                return text;
            }
            self.packed = read_at(self.input, self.read_to, READ_LEN);
            self.n_used = 0;
            self.read_to += self.packed.len() as u64;
        }
    }
}

fn write_records(
    path: &Path,
    engine: &Engine,
    inputs: &[Input],
    shards: &[Shard],
    owners: &BTreeMap<(FileId, u32), usize>,
    setups: &BTreeMap<FileId, FileSetup>,
) -> std::io::Result<()> {
    let mut out = csv::Writer::from_writer(BufWriter::new(File::create(path)?));
    out.write_record([
        "file",
        "line",
        "lines",
        "offset",
        "bytes",
        "timestamp",
        "level",
        "source",
        "template_id",
        "template",
        "message",
        "score",
    ])?;
    let mut templates: BTreeMap<u32, String> = BTreeMap::new();
    let mut scratch = Vec::new();
    for place in (0..setups.len()).map(FileId::from_index) {
        let id = engine.read_as(place).expect("every text is in the report");
        let setup = &setups[&id];
        let of = engine.input_of(place).expect("it stands in a file");
        let input = &inputs[of as usize];
        let blocks: Vec<_> = owners.range((id, 0)..=(id, u32::MAX)).collect();
        let range = |(key, owner): &(&(FileId, u32), &usize)| {
            let (first, last) = {
                let mut rows = shards[**owner].rows(place, key.1).map(|row| row.0);
                let first = rows.next()?;
                (first.offset, rows.last().unwrap_or(first))
            };
            Some(TextRange {
                file: place,
                block: key.1,
                start: first,
                end: last.offset + u64::from(last.byte_len.min(RECORD_CAP)),
            })
        };
        let is_direct = engine.container(of) == Some(Container::Plain);
        let again = || {
            Reread::new(
                engine.text_reader(),
                blocks.iter().filter_map(range).collect(),
            )
        };
        let mut texts = Texts {
            input,
            again: (!is_direct).then(again),
            packed: Vec::new(),
            n_used: 0,
            read_to: 0,
        };
        let mut parser = Parser::new(&setup.plan);
        for entry in &blocks {
            let Some(range) = range(entry) else {
                continue;
            };
            let text = texts.next(range);
            for (hit, source) in shards[*entry.1].rows(place, entry.0.1) {
                let raw = &text[((hit.offset - range.start) as usize).min(text.len())..];
                let raw = &raw[..raw.len().min(hit.byte_len.min(RECORD_CAP) as usize)];
                let first = parsed_part(raw, &hit, &setup.plan.shape);
                let parsed = parser.parse(first, &mut scratch);
                let whole = if parser.is_bare(first, &parsed) {
                    with_lines_below(raw, first)
                } else {
                    first.to_vec()
                };
                let fields = if whole.len() > first.len() {
                    parser.parse_below(&whole, &mut scratch).fields
                } else {
                    parsed.fields
                };
                let (template, score) = engine.facts(&hit);
                let template_text = templates
                    .entry(template.0)
                    .or_insert_with(|| engine.template(template));
                out.write_record([
                    input.meta.name.as_str(),
                    &engine.line_of(&hit).to_string(),
                    &hit.n_lines.to_string(),
                    &hit.offset.to_string(),
                    &hit.byte_len.to_string(),
                    &hit.time.map_or_else(String::new, Timestamp::rfc3339),
                    level_name(hit.level),
                    source,
                    &template.0.to_string(),
                    template_text,
                    &String::from_utf8_lossy(fields.message.get(&whole, &scratch)),
                    &format!("{score:.2}"),
                ])?;
            }
        }
    }
    out.into_inner()
        .map_err(csv::IntoInnerError::into_error)?
        .flush()
}

/// The part of a record that was parsed: its first line, or all of a CSV record or JSON element.
fn parsed_part<'a>(raw: &'a [u8], hit: &Hit, shape: &Shape) -> &'a [u8] {
    let raw = without_bom(raw);
    match shape {
        Shape::Lines if hit.n_lines > 1 => {
            let line = raw.split(|&byte| byte == b'\n').next().unwrap_or(raw);
            line.strip_suffix(b"\r").unwrap_or(line)
        }
        _ => raw,
    }
}

/// A record's first line and what is read of those below it.
fn with_lines_below(raw: &[u8], first: &[u8]) -> Vec<u8> {
    let mut record = first.to_vec();
    for line in raw.split(|&byte| byte == b'\n').skip(1) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.trim_ascii().is_empty() {
            gather(&mut record, first.len(), line);
        }
    }
    record
}
