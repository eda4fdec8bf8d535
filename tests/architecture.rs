//! Who may name whom: data flows down the list of stages, and no stage names a later one.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::disallowed_methods, reason = "this test reads the sources")]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with those it may name, besides itself. `base` and `error` are for all.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("base", &[]),
    ("ingest", &[]),
    ("parse", &["ingest"]),
    ("mine", &["parse"]),
    ("table", &["parse", "mine"]),
    ("featurize", &["parse", "mine", "table"]),
    ("detect", &["featurize", "parse"]),
    ("cluster", &["featurize"]),
    ("correlate", &["featurize", "detect", "parse"]),
    // What is shown is made of what every stage found, under the options of the run.
    (
        "report",
        &[
            "ingest",
            "parse",
            "mine",
            "featurize",
            "detect",
            "cluster",
            "correlate",
            "evaluate",
            "shard",
            "protocol",
        ],
    ),
    ("evaluate", &[]),
    ("plot", &["report"]),
    ("sample", &[]),
    ("protocol", &[]),
    (
        "shard",
        &[
            "ingest",
            "parse",
            "mine",
            "table",
            "featurize",
            "correlate",
            "evaluate",
        ],
    ),
    (
        "session",
        &[
            "ingest",
            "parse",
            "mine",
            "table",
            "featurize",
            "detect",
            "cluster",
            "correlate",
            "evaluate",
            "protocol",
            "report",
            "shard",
        ],
    ),
    (
        "local",
        &["ingest", "protocol", "report", "session", "shard"],
    ),
    (
        "web",
        &[
            "ingest", "plot", "protocol", "report", "sample", "session", "shard",
        ],
    ),
];

/// Modules whose types cross between workers or to the page; every other module keeps its types to itself.
const MAY_SERIALISE: &[&str] = &[
    "base",
    "correlate",
    "featurize",
    "ingest",
    "mine",
    "parse",
    "plot",
    "protocol",
    "report",
    "shard",
    "table",
    "web",
];

fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let first = path
                .strip_prefix(&root)
                .unwrap()
                .components()
                .next()
                .unwrap();
            let module = first
                .as_os_str()
                .to_string_lossy()
                .trim_end_matches(".rs")
                .to_owned();
            if module != "lib" {
                let text = fs::read_to_string(&path).unwrap();
                found.push((module, path, text));
            }
        }
    }
    assert!(
        found.len() > 30,
        "the sources are where they are looked for"
    );
    found
}

/// Every module named as `crate::module` in code that is not a comment.
fn named(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for (at, _) in line.match_indices("crate::") {
            let before = line[..at].chars().next_back();
            if before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_') {
                let rest = &line[at + "crate::".len()..];
                names.push(
                    rest.chars()
                        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                        .collect(),
                );
            }
        }
    }
    names
}

#[test]
fn no_module_names_a_later_stage() {
    let table: BTreeMap<_, _> = MAY_NAME.iter().copied().collect();
    for (module, path, text) in sources() {
        let allowed = table
            .get(module.as_str())
            .unwrap_or_else(|| panic!("{module} is not in the table of tests/architecture.rs"));
        for name in named(&text) {
            let is_for_all = name == module || name == "base" || name == "error";
            assert!(
                is_for_all || allowed.contains(&name.as_str()),
                "{} names crate::{name}, which {module} may not",
                path.display()
            );
        }
    }
}

#[test]
fn only_web_names_javascript() {
    for (module, path, text) in sources() {
        for name in [
            "wasm_bindgen",
            "js_sys",
            "web_sys",
            "serde_wasm_bindgen",
            "plotters_canvas",
        ] {
            assert!(
                module == "web" || !text.contains(name),
                "{} names {name}",
                path.display()
            );
        }
    }
}

#[test]
fn only_what_crosses_a_border_is_serialisable() {
    for (module, path, text) in sources() {
        let may = MAY_SERIALISE.contains(&module.as_str());
        assert!(
            may || !text.contains("Serialize"),
            "{} serialises",
            path.display()
        );
    }
}

#[test]
fn the_core_has_no_clock_no_threads_and_no_files() {
    let forbidden = [
        "std::time::Instant",
        "time::SystemTime",
        "SystemTime::",
        "std::thread",
        "std::fs",
        "std::net",
        "std::env",
    ];
    // Tests compare with files.
    let core = sources()
        .into_iter()
        .filter(|source| !source.1.ends_with("tests.rs"));
    for (_, path, text) in core {
        for name in forbidden {
            assert!(!text.contains(name), "{} names {name}", path.display());
        }
    }
}
