// What means much the same as a pattern, asked for when a person wants to know: learning the words takes a moment.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Similar, TemplateReport } from "../../pkg/logloupe.js";
import * as state from "../state.ts";
import { LogText } from "./parts.tsx";

type Answer = { kind: "asked" } | { kind: "known"; similar: Similar } | { kind: "failed" };

export function SimilarPatterns({ template }: { template: TemplateReport }): JSX.Element {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const toggle = (event: MouseEvent): void => {
    event.stopPropagation();
    if (answer !== null) {
      setAnswer(null);
      return;
    }
    setAnswer({ kind: "asked" });
    const asked = state.core()?.similar(template.id) ?? Promise.reject(new Error("no run"));
    asked.then(
      (similar) => setAnswer({ kind: "known", similar }),
      () => setAnswer({ kind: "failed" }),
    );
  };
  return (
    <div class="similar">
      <button type="button" aria-expanded={answer !== null} onClick={toggle}>
        Similar patterns
      </button>
      <div role="status">
        {answer?.kind === "asked" && <p>Learning which words are used alike…</p>}
        {answer?.kind === "failed" && <p>The log is no longer open. Open it again to ask.</p>}
        {answer?.kind === "known" && <Known similar={answer.similar} />}
      </div>
    </div>
  );
}

function Known({ similar }: { similar: Similar }): JSX.Element {
  const words = similar.words.filter(({ nearest }) => nearest.length > 0);
  return (
    <>
      {similar.templates.length === 0 ? (
        <p>No other pattern is said in similar company.</p>
      ) : (
        <ol>
          {similar.templates.map(({ template, text, cosine }) => (
            <li key={template}>
              <button
                type="button"
                class="row-button mono"
                onClick={(event) => {
                  event.stopPropagation();
                  state.showLines({
                    title: "Pattern",
                    detail: text,
                    selection: { templates: [template] },
                  });
                }}
              >
                <LogText text={text} />
              </button>{" "}
              <span class="share" title="1: the same company of words, 0: none in common">
                {cosine.toFixed(2)}
              </span>
            </li>
          ))}
        </ol>
      )}
      {words.map(({ word, nearest }) => (
        <p key={word}>
          <LogText text={word} /> is used like <LogText text={nearest.join(", ")} />.
        </p>
      ))}
    </>
  );
}
