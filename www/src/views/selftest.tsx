// The self-test of the seal: tries to send something in every way there is, and says what the browser did about it.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import "../dialogs.css";
import { LIMITS, runProbes, type Verdict } from "../probes.ts";
import { Sheet } from "./dialog.tsx";

export const isSelfTestOpen = signal(false);
const verdicts = signal<Verdict[]>([]);
const isTesting = signal(false);

const WORDS: Record<Verdict["outcome"], string> = {
  refused: "Refused",
  open: "Went out",
  silent: "Nothing came back",
  absent: "Not in this browser",
};

export function SelfTest(): JSX.Element | null {
  return isSelfTestOpen.value ? <SelfTestDialog /> : null;
}

async function test(): Promise<void> {
  isTesting.value = true;
  verdicts.value = [];
  // The page's own address: it would answer, and if anything gets out it goes nowhere else.
  const address = new URL("./self-test", document.baseURI).href;
  await runProbes(address, (verdict) => {
    verdicts.value = [...verdicts.value, verdict];
  });
  isTesting.value = false;
}

function SelfTestDialog(): JSX.Element {
  const close = (): void => {
    isSelfTestOpen.value = false;
  };
  const list = verdicts.value;
  return (
    <Sheet name="self-test" title="Does anything leave this page?" onClose={close}>
      <p class="about">
        The browser itself refuses the network requests of this page since it has loaded. The
        self-test tries to send something in every way a page can, from the page and from a worker,
        and shows what the browser did. Nothing of your log is in what it tries to send.
      </p>
      <div class="save-state">
        <button
          type="button"
          class="button primary"
          id="self-test-run"
          disabled={isTesting.value}
          onClick={() => void test()}
        >
          {isTesting.value ? "Testing…" : list.length > 0 ? "Test again" : "Self-test"}
        </button>
        <span role="status">{list.length > 0 && sentence(list, isTesting.value)}</span>
      </div>
      {list.length > 0 && (
        <table class="verdicts">
          <thead>
            <tr>
              <th scope="col">Way out</th>
              <th scope="col">What happened</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {list.map(({ name, outcome, detail }) => (
              <tr key={name} class={`is-${outcome}`}>
                <th scope="row">{name}</th>
                <td>{WORDS[outcome]}</td>
                <td>{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <h3>What no policy of a page closes</h3>
      <p class="about">
        Each would take a script that does it on purpose. This page has none, and no other script
        can get in: only the one whose fingerprint stands in the policy is run, and text of a log
        never becomes part of the page. They are not tried, because trying would use them.
      </p>
      <dl class="words">
        {LIMITS.map(([name, why]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{why}</dd>
          </div>
        ))}
        <div>
          <dt>The browser and its extensions</dt>
          <dd>
            They see what you see. To be sure, save the page as one file, switch the network off,
            and open your log then.
          </dd>
        </div>
      </dl>
    </Sheet>
  );
}

function sentence(list: Verdict[], isRunning: boolean): string {
  const n = (outcome: Verdict["outcome"]): number =>
    list.filter((verdict) => verdict.outcome === outcome).length;
  const tried = list.length - n("absent");
  const rest = [
    n("silent") > 0 ? `${n("silent")} brought nothing back` : "",
    n("open") > 0 ? `${n("open")} went out` : "",
  ].filter((text) => text !== "");
  const more = rest.length > 0 ? `, ${rest.join(", ")}` : "";
  return `${isRunning ? "So far " : ""}${tried} ways tried: ${n("refused")} refused${more}.`;
}
