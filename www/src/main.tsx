// Starts the page and lets other programs drive it.

import "./style.css";
import "./access.css";
import "./compare.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import type { Report } from "../pkg/logloupe.js";
import { keepAddress, openedOptions } from "./address.ts";
import { takeSharedOptions } from "./parameters.ts";
import { runProbes, type Verdict } from "./probes.ts";
import * as recent from "./recent.ts";
import * as state from "./state.ts";
import { App } from "./views/app.tsx";

declare global {
  interface Window {
    logloupe: {
      readonly version: string;
      state(): state.Phase;
      report(): Report | null;
      /** Whether a run that is cancelled now keeps what was read. */
      canStop(): boolean;
      cancel(): void;
      /** Tries to send something to an address in every way a page can. */
      selfTest(address: string): Promise<Verdict[]>;
    };
  }
}

window.logloupe = {
  get version() {
    return state.version.value;
  },
  state: () => (state.isBusy.value ? "analyzing" : state.phase.value),
  report: () => state.report.value,
  canStop: () => state.canStop.value,
  cancel: state.cancel,
  selfTest: (address) => runProbes(address),
};

// A tab in the background shows how far it is. Nothing of a log goes into the title: it ends up in the history.
effect(() => {
  const { doneBytes, totalBytes } = state.progress.value ?? { doneBytes: 0, totalBytes: 0 };
  const percent =
    state.isRunning.value && totalBytes > 0
      ? `${Math.floor((doneBytes / totalBytes) * 100)} % – `
      : "";
  document.title = `${percent}Logloupe`;
});

takeSharedOptions(openedOptions);
keepAddress();
recent.start();

const root = document.getElementById("app");
if (root !== null) {
  root.replaceChildren();
  render(<App />, root);
  void state.start();
}
