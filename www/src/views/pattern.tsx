// How lines are written: what was recognised, and a regular expression that says it better, tried on the first lines.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { LinePattern, PreviewLine } from "../../pkg/logloupe.js";
import { dateTime } from "../format.ts";
import { visible } from "../visible.ts";
import * as state from "../state.ts";
import { Level, LogText } from "./parts.tsx";

/** Milliseconds without a key before a preview is asked for. */
const PAUSE_MS = 200;

const EXAMPLE = "^(?<timestamp>\\S+ \\S+) (?<level>\\w+) (?<source>\\S+): (?<message>.*)";

/** The pattern in a form; `undefined` when no expression is given. */
export function patternOf(form: FormData): LinePattern | undefined {
  const text = (name: string): string => String(form.get(name) ?? "").trim();
  const regex = text("regex");
  if (regex === "") {
    return undefined;
  }
  const files = text("patternFiles");
  return {
    regex,
    timestampFormat: text("timestampFormat"),
    files: files === "" ? "*" : files,
  };
}

export function PatternChoice(): JSX.Element {
  const files = state.report.value?.files ?? [];
  const given = state.options.value.pattern;
  const [file, setFile] = useState(0);
  const [lines, setLines] = useState<PreviewLine[]>([]);
  const [problem, setProblem] = useState("");
  const root = useRef<HTMLFieldSetElement>(null);
  const timer = useRef(0);
  const asked = useRef(0);

  const refresh = (): void => {
    const form = root.current?.form;
    if (form == null) {
      return;
    }
    const pattern = patternOf(new FormData(form));
    const question = ++asked.current;
    // Answers to older questions are dropped: the person has typed on.
    state.preview(file, pattern).then(
      (answer) => {
        if (question === asked.current) {
          setLines(answer);
          setProblem("");
        }
      },
      (error: unknown) => {
        if (question === asked.current) {
          setProblem(error instanceof Error ? error.message : String(error));
        }
      },
    );
  };
  const later = (): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(refresh, PAUSE_MS);
  };
  useEffect(() => {
    refresh();
    return () => window.clearTimeout(timer.current);
  }, [file, state.report.value]);

  return (
    <fieldset class="pattern" ref={root} onInput={later}>
      <legend>Format of the lines</legend>
      {files.length > 1 && (
        <label>
          <span>File to try it on</span>
          <select value={file} onChange={(event) => setFile(Number(event.currentTarget.value))}>
            {files.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <p class="about">
        Recognised:{" "}
        {files
          .find(({ id }) => id === file)
          ?.formats.map((format) => format.title)
          .join(", ") || "nothing"}
        . If that is wrong, write a regular expression with groups named timestamp, level, source,
        message, ip or user. Lines that do not match continue the record above.
      </p>
      <label>
        <span>Regular expression</span>
        <input
          class="mono"
          name="regex"
          defaultValue={given?.regex ?? ""}
          placeholder={EXAMPLE}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={problem !== ""}
          aria-describedby="pattern-problem"
        />
        <span id="pattern-problem" class="problem" role="status">
          {problem}
        </span>
      </label>
      <label>
        <span>Timestamp, if it is not understood</span>
        <input
          class="mono"
          name="timestampFormat"
          defaultValue={given?.timestampFormat ?? ""}
          placeholder="%d/%m/%Y %H:%M:%S"
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label>
        <span>Files it is for</span>
        <input
          name="patternFiles"
          defaultValue={given?.files ?? "*"}
          placeholder="*.log"
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <div class="preview" tabIndex={0} role="group" aria-label="What becomes of the first lines">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Level</th>
              <th scope="col">Source</th>
              <th scope="col">Message</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line, idx) => (
              <PreviewRow key={idx} line={line} />
            ))}
          </tbody>
        </table>
      </div>
    </fieldset>
  );
}

function PreviewRow({ line }: { line: PreviewLine }): JSX.Element {
  if (line.isContinuation) {
    return (
      <tr class="continues">
        <td colSpan={3}>continues the record above</td>
        <td class="mono">
          <LogText text={line.text} />
        </td>
      </tr>
    );
  }
  return (
    <tr title={visible(line.text)}>
      <td>{line.ms == null ? "–" : dateTime(line.ms)}</td>
      <td>{line.level === "" ? "–" : <Level level={line.level} />}</td>
      <td>
        <LogText text={line.source} />
      </td>
      <td class="mono">
        <LogText text={line.message} />
      </td>
    </tr>
  );
}
