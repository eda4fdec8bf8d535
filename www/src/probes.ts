// Every way a page can send something, tried on purpose: what the browser does about each.
//
// A probe counts as refused only when the browser says so: an error thrown at once, or a violation of the policy reported
// while it ran. Nothing of a log is in what they try to send.

import { workerScriptUrl } from "./seal.ts";

export interface Verdict {
  name: string;
  /** `refused`: the browser forbade it. `open`: it went out. `silent`: neither was seen. `absent`: this browser has no such thing. */
  outcome: "refused" | "open" | "silent" | "absent";
  detail: string;
}

/** What the policy of a page cannot close, in plain words; the first three need a script that does it on purpose. */
export const LIMITS: [name: string, why: string][] = [
  [
    "Going to another address",
    "A script could leave this page for an address with text in it. No browser lets a page forbid that to itself.",
  ],
  [
    "Opening a window or tab",
    "The same with a new window. Browsers ask before they open one without a click.",
  ],
  [
    "Calls between browsers (WebRTC)",
    "Chromium sends the packets that look for a way through a router although the policy forbids connections.",
  ],
  [
    "Greeting a host",
    "A browser may look up the name of a host, or open a connection to it and close it again, before it asks the policy. No text can go with it but the host's name.",
  ],
];

interface Probe {
  name: string;
  /** Settles when something came back; throws where the browser refuses at once. */
  run(url: string): unknown;
}

/** How long a probe is watched, in milliseconds. */
const WATCH_MS = 700;

class Absent extends Error {}

const later = (element: HTMLElement): Promise<unknown> =>
  new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("loadeddata", resolve);
    element.addEventListener("error", () => reject(new Error("it did not load")));
  });

/** Puts an element into the page for as long as the probe runs. */
function place<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  set: (element: HTMLElementTagNameMap[K]) => void,
): Promise<unknown> {
  const element = document.createElement(tag);
  element.className = "probe";
  const done = later(element);
  set(element);
  document.body.append(element);
  return done;
}

/** A frame that was refused says all the same that it has loaded, so that is no sign of anything. */
function framed(loaded: Promise<unknown>): void {
  loaded.catch(() => undefined);
}

function link(rel: string, url: string, as?: string): Promise<unknown> {
  return place("link", (element) => {
    element.rel = rel;
    if (as !== undefined) element.as = as;
    element.href = url;
  });
}

/** A constructor that not every browser has. */
function constructorOf(name: string): new (...args: unknown[]) => EventTarget {
  const found = (globalThis as Record<string, unknown>)[name];
  if (typeof found !== "function") throw new Absent();
  return found as new (...args: unknown[]) => EventTarget;
}

function opened(target: EventTarget): Promise<unknown> {
  return new Promise((resolve, reject) => {
    target.addEventListener("open", resolve);
    target.addEventListener("message", resolve);
    target.addEventListener("error", () => reject(new Error("it did not open")));
  });
}

const PROBES: Probe[] = [
  { name: "fetch", run: (url) => fetch(url, { mode: "no-cors" }) },
  {
    name: "fetch that outlives the page",
    run: (url) => fetch(url, { mode: "no-cors", keepalive: true, method: "POST", body: "x" }),
  },
  {
    name: "XMLHttpRequest",
    run: (url) =>
      new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.onload = resolve;
        request.onerror = reject;
        request.open("GET", url);
        request.send();
      }),
  },
  { name: "WebSocket", run: (url) => opened(new WebSocket(url.replace(/^http/, "ws"))) },
  { name: "EventSource", run: (url) => opened(new EventSource(url)) },
  {
    name: "WebTransport",
    run: (url) => {
      const made = new (constructorOf("WebTransport"))(url.replace(/^http:/, "https:"));
      return (made as unknown as { ready: Promise<void> }).ready;
    },
  },
  { name: "sendBeacon", run: (url) => void navigator.sendBeacon(url, "x") },
  {
    name: "fetchLater",
    run: (url) => {
      const { fetchLater } = globalThis as { fetchLater?: (url: string, init: object) => unknown };
      if (fetchLater === undefined) throw new Absent();
      fetchLater(url, { activateAfter: 0 });
    },
  },
  { name: "image", run: (url) => place("img", (e) => void (e.src = url)) },
  {
    name: "picture inside a drawing (SVG)",
    run: (url) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const image = document.createElementNS("http://www.w3.org/2000/svg", "image");
      image.setAttribute("href", url);
      svg.setAttribute("class", "probe");
      svg.append(image);
      document.body.append(svg);
    },
  },
  {
    name: "background image of a style",
    run: (url) =>
      place("div", (e) => {
        e.style.backgroundImage = `url("${url}")`;
        e.style.height = "1px";
      }),
  },
  { name: "style sheet", run: (url) => link("stylesheet", url) },
  {
    name: "style sheet that imports another",
    run: (url) => place("style", (e) => void (e.textContent = `@import "${url}";`)),
  },
  {
    name: "font",
    run: (url) => new FontFace("probe", `url("${url}")`).load(),
  },
  { name: "script", run: (url) => place("script", (e) => void (e.src = url)) },
  { name: "script as an import", run: (url) => import(/* @vite-ignore */ url) },
  {
    name: "text that is run as a script",
    run: () => (0, eval)("1"),
  },
  { name: "frame", run: (url) => framed(place("iframe", (e) => void (e.src = url))) },
  { name: "embedded object", run: (url) => framed(place("object", (e) => void (e.data = url))) },
  { name: "embedded plug-in", run: (url) => framed(place("embed", (e) => void (e.src = url))) },
  { name: "video", run: (url) => place("video", (e) => void (e.src = url)) },
  { name: "sound", run: (url) => place("audio", (e) => void (e.src = url)) },
  {
    name: "form",
    run: (url) => {
      const frame = document.createElement("iframe");
      frame.name = "probe-form";
      frame.className = "probe";
      const form = document.createElement("form");
      form.className = "probe";
      form.action = url;
      form.method = "post";
      form.target = "probe-form";
      document.body.append(frame, form);
      form.submit();
    },
  },
  {
    name: "ping of a link",
    run: (url) => {
      const anchor = document.createElement("a");
      anchor.className = "probe";
      // A download of nothing: the link is followed, the page stays.
      anchor.href = "data:,";
      anchor.download = "probe";
      anchor.ping = url;
      anchor.addEventListener("click", (event) => event.preventDefault());
      document.body.append(anchor);
      anchor.click();
    },
  },
  { name: "loading ahead (prefetch)", run: (url) => link("prefetch", url) },
  { name: "loading ahead (preload)", run: (url) => link("preload", url, "image") },
  { name: "loading ahead (module)", run: (url) => link("modulepreload", url) },
  {
    name: "loading ahead (speculation rules)",
    run: (url) =>
      place("script", (e) => {
        e.type = "speculationrules";
        e.textContent = JSON.stringify({ prefetch: [{ source: "list", urls: [url] }] });
      }),
  },
  { name: "greeting a host ahead (preconnect)", run: (url) => link("preconnect", url) },
  { name: "looking up a host ahead (dns-prefetch)", run: (url) => link("dns-prefetch", url) },
  { name: "manifest of an app", run: (url) => link("manifest", url) },
  { name: "icon", run: (url) => link("icon", url) },
  { name: "worker", run: (url) => opened(new Worker(url)) },
  {
    name: "shared worker",
    run: (url) => {
      const made = new (constructorOf("SharedWorker"))(url);
      return opened(made);
    },
  },
  {
    name: "service worker",
    run: (url) => {
      if (!("serviceWorker" in navigator)) throw new Absent();
      return navigator.serviceWorker.register(url);
    },
  },
];

/** The same from inside a worker, where the lines of a log are. */
const IN_WORKER: Record<string, string> = {
  fetch: "await fetch(url, { mode: 'no-cors' })",
  XMLHttpRequest:
    "await new Promise((yes, no) => { const r = new XMLHttpRequest(); r.onload = yes; r.onerror = no; r.open('GET', url); r.send(); })",
  WebSocket:
    "await new Promise((yes, no) => { const s = new WebSocket(url.replace(/^http/, 'ws')); s.onopen = yes; s.onerror = no; })",
  EventSource:
    "await new Promise((yes, no) => { const s = new EventSource(url); s.onopen = yes; s.onerror = no; })",
  script: "importScripts(url)",
  "text that is run as a script": "(0, eval)('1')",
  worker:
    "await new Promise((yes, no) => { const w = new Worker(url); w.onmessage = yes; w.onerror = no; })",
};

/** Tries them all, one after the other; tells each verdict as it comes. */
export async function runProbes(
  address: string,
  told: (verdict: Verdict) => void = () => undefined,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const tell = (verdict: Verdict): void => {
    verdicts.push(verdict);
    told(verdict);
  };
  for (const [idx, probe] of PROBES.entries()) {
    const url = `${address}?probe=${idx}`;
    tell(await judged(probe.name, () => probe.run(url)));
    for (const element of document.querySelectorAll(".probe")) element.remove();
  }
  for (const verdict of await fromWorker(address)) tell(verdict);
  return verdicts;
}

async function judged(name: string, run: () => unknown): Promise<Verdict> {
  let violation = "";
  const onViolation = (event: SecurityPolicyViolationEvent): void => {
    violation ||= event.effectiveDirective;
  };
  document.addEventListener("securitypolicyviolation", onViolation);
  let verdict: Verdict | undefined;
  const settled = (async () => {
    try {
      const answer = await run();
      if (answer !== undefined) verdict = { name, outcome: "open", detail: "something came back" };
    } catch (error) {
      if (error instanceof Absent) {
        verdict = { name, outcome: "absent", detail: "this browser has no such thing" };
      } else if (error instanceof TypeError && /Trusted/.test(error.message)) {
        verdict = { name, outcome: "refused", detail: "by require-trusted-types-for" };
      } else if (error instanceof DOMException && error.name === "SecurityError") {
        verdict = { name, outcome: "refused", detail: "as unsafe" };
      }
    }
  })();
  await Promise.race([settled, pause(WATCH_MS)]);
  // The report of a violation comes a moment after the error.
  for (
    let waited = 0;
    violation === "" && verdict === undefined && waited < WATCH_MS;
    waited += 50
  ) {
    await pause(50);
  }
  document.removeEventListener("securitypolicyviolation", onViolation);
  if (violation !== "") {
    return { name, outcome: "refused", detail: `by ${violation}` };
  }
  return verdict ?? { name, outcome: "silent", detail: "no answer and no word of the browser" };
}

function fromWorker(address: string): Promise<Verdict[]> {
  const tries = Object.entries(IN_WORKER).map(
    ([name, code]) => `await attempt(${JSON.stringify(name)}, async () => { ${code}; });`,
  );
  const script = `
    const verdicts = [];
    let violation = "";
    self.addEventListener("securitypolicyviolation", (e) => { violation ||= e.effectiveDirective; });
    const pause = (ms) => new Promise((yes) => setTimeout(yes, ms));
    const attempt = async (name, run) => {
      violation = "";
      let isOpen = false, error = "";
      await Promise.race([run().then(() => { isOpen = true; }, (e) => { error = String(e.name ?? "error"); }), pause(${WATCH_MS})]);
      for (let waited = 0; violation === "" && !isOpen && waited < 200; waited += 50) await pause(50);
      const isRefused = violation !== "" || error === "EvalError" || error === "SecurityError" || error === "NetworkError";
      verdicts.push({ name: "from a worker: " + name, outcome: isOpen ? "open" : isRefused ? "refused" : "silent",
        detail: violation !== "" ? "by " + violation : error || "no answer and no word of the browser" });
    };
    (async () => {
      const url = ${JSON.stringify(`${address}?probe=worker`)};
      ${tries.join("\n")}
      postMessage(verdicts);
    })();`;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(workerScriptUrl(url), { name: "self-test" });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Verdict[]>) => {
      worker.terminate();
      URL.revokeObjectURL(url);
      resolve(data);
    };
    worker.onerror = () =>
      resolve([{ name: "from a worker", outcome: "silent", detail: "the worker did not start" }]);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
