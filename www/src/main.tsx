// Starts the page and lets other programs drive it.

import "./style.css";
import { render } from "preact";
import type { Report } from "../pkg/logloupe.js";
import * as state from "./state.ts";
import { App } from "./views/app.tsx";

declare global {
  interface Window {
    logloupe: {
      readonly version: string;
      state(): state.Phase;
      report(): Report | null;
      cancel(): void;
    };
  }
}

window.logloupe = {
  get version() {
    return state.version.value;
  },
  state: () => state.phase.value,
  report: () => state.report.value,
  cancel: state.cancel,
};

const root = document.getElementById("app");
if (root !== null) {
  root.replaceChildren();
  render(<App />, root);
  void state.start();
}
