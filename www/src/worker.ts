// @ts-nocheck
const scope = self as unknown as DedicatedWorkerGlobalScope;
let timer = 0;
const levels = ["FATAL", "ERROR", "WARN", "INFO", ""];
scope.onmessage = ({ data }) => {
  if (data.type === "boot") {
    if (data.role === "engine") scope.postMessage({ type: "ready", version: "0.1.0-fake" });
    return;
  }
  const { command } = data;
  if (command.type === "open" || command.type === "sample") {
    clearInterval(timer);
    const name = command.files?.[0]?.name ?? "";
    if (name.includes("empty")) {
      scope.postMessage({
        type: "failed",
        run: command.run,
        code: "emptyFile",
        message: `${name} is empty: there is nothing to analyse`,
      });
      return;
    }
    let done = 0;
    const total = command.type === "open" ? 4.1e9 : 2e6;
    const slow = command.type === "open" ? 40 : 5;
    timer = setInterval(() => {
      done += total / slow;
      scope.postMessage({
        type: "progress",
        run: command.run,
        stage: done >= total ? "analyzing" : "reading",
        doneBytes: Math.min(done, total),
        totalBytes: total,
        nLines: Math.floor(done / 100),
        nTemplates: 120,
      });
      if (done > total * 1.2) {
        clearInterval(timer);
        const bytes = new TextEncoder().encode(
          JSON.stringify(fake(command.type === "sample" ? "sample.log" : name)),
        );
        scope.postMessage({ type: "finished", run: command.run, report: bytes }, [bytes.buffer]);
      }
    }, 100);
  } else {
    const total = command.selection.templates ? 120000 : 40;
    const lines = [];
    for (let i = command.first; i < Math.min(total, command.first + command.nLines); i++)
      lines.push({
        file: 0,
        line: i * 7 + 1,
        nLines: 1,
        ms: 1.77e12 + i * 1000,
        level: levels[i % 5],
        template: 1,
        score: (i * 13) % 100,
        text:
          i % 9 === 3
            ? "java.lang.IllegalStateException: pool exhausted\n\tat a.b.C.d(C.java:12)\n\tat a.b.C.e(C.java:99)\n\tat a\n\tat b\n\tat c\n\tat d\n\tat e\n\tat f\n\tat java.lang.Thread.run(Thread.java:1589)\nCaused by: x"
            : `2026-03-01 12:00:${i % 60} app[12]: request id=${i} \u202eabc\u202c \x1b[31mred\x1b[0m <b>x</b> took ${i} ms while connecting to the database at 10.0.0.${i % 255}:5432 with a rather long message that should wrap around at some point on most screens, shouldn't it`,
      });
    scope.postMessage({ type: "lines", run: command.run, query: command.query, total, lines });
  }
};
function fake(name: string) {
  const start = 1.77e12;
  const nBins = 120;
  const binMs = 300000;
  const text = [
    "Failed password for <*> from <*> port <*> ssh2",
    "connection to <*> refused",
    "GET /api/v1/<*> 200 <*> ms",
    "checkpoint complete: wrote <*> buffers",
    "worker <*> heap <*> MB after gc",
    "deploy of version <*> finished",
  ];
  const templates = Array.from({ length: 90 }, (_, i) => ({
    id: i,
    text: `${text[i % 6]}${i > 5 ? ` variant ${i}` : ""}`,
    nRecords: Math.floor(20000 / (i + 1)),
    level: levels[i % 5],
    firstMs: start + i * 1e6,
    lastMs: start + nBins * binMs,
    score: Math.max(0, 97 - i * 2),
    reason:
      i < 36
        ? "appears only between 14:02 and 14:08, words rare elsewhere: refused, exhausted"
        : "",
    sparkline: Array.from(
      { length: 24 },
      (_, k) => Math.floor(40 + 30 * Math.sin(k / 3 + i)) * ((k + i) % 7 === 0 ? 0 : 1),
    ),
  }));
  const series = levels.map((level, l) => ({
    level,
    nRecords: Array.from({ length: nBins }, (_, i) =>
      Math.floor((20 + 15 * Math.sin(i / 9)) * (l === 3 ? 4 : i % 37 === 5 ? 2 : 0.2)),
    ),
  }));
  const incidents = Array.from({ length: 8 }, (_, i) => ({
    id: i + 1,
    title: [
      "sshd: 1,204 failed logins for root from 203.0.113.77",
      "orders: connection to db-3 refused after the deploy of 2.14.0",
      "worker: memory grows until it is killed",
    ][i % 3],
    startMs: start + i * 4e6,
    endMs: start + i * 4e6 + 370000,
    score: 96 - i * 9,
    level: levels[i % 4],
    nRecords: 1204 - i * 100,
    reason:
      "1,204 records in 6 minutes where 2 are usual; words rare elsewhere: invalid, root, preauth; it begins 90 s after a deploy",
    leadingEdge: {
      file: 0,
      line: 13204 + i,
      offset: 1,
      ms: start,
      text: "Failed password for <*> from <*> port <*> ssh2",
    },
    templates: [0, 1, 2],
    messages: [1, 2],
  }));
  return {
    version: 1,
    sentence:
      "20,000 lines over 10 h, 90 patterns and 8 incidents; the worst: 1,204 failed logins for root from 203.0.113.77 at 14:02, over 6 min.",
    totals: {
      byteLen: 2e6,
      textLen: 2e6,
      nLines: 20000,
      nRecords: 19800,
      nRecordLines: 19990,
      nBlankLines: 10,
      nStructureLines: 0,
      nUntimed: 3,
      nAnomalous: 1480,
      nTemplates: 90,
      nMessages: 900,
      nInvalidUtf8: 0,
      nCutLines: 0,
      firstMs: start,
      lastMs: start + nBins * binMs,
    },
    files: [
      {
        name,
        byteLen: 2e6,
        textLen: 2e6,
        container: "plain",
        shape: "lines",
        nLines: 20000,
        nRecords: 19800,
        formats: [
          { title: "syslog (RFC 3164)", nRecords: 15000 },
          { title: "log4j", nRecords: 4800 },
        ],
      },
    ],
    notices: [
      {
        code: "yearGuessed",
        message: "the timestamps carry no year; 2026 was taken from the file's date",
      },
    ],
    levels: levels.map((level, i) => ({ level, nRecords: [3, 400, 1200, 16000, 2197][i] })),
    timezone: "UTC",
    windowMs: binMs,
    timeline: { startMs: start, binMs, nBins, series, marks: [{ bin: 5, score: 80 }] },
    windows: Array.from({ length: 30 }, (_, i) => ({
      startMs: start + i * binMs,
      endMs: start + (i + 1) * binMs,
      score: 90 - i * 2,
      reason: "failed logins: 412 where 0 to 3 are usual; IP entropy far below the usual",
      values: [1, 2, 3],
    })),
    nAnomalousWindows: 30,
    features: {
      names: ["events", "failed logins", "IP entropy (bits)"],
      correlation: [
        [1, 0.5, null],
        [0.5, 1, 0.2],
        [null, 0.2, 1],
      ],
    },
    templates,
    points: [],
    space: [],
    clusters: { eps: 0.3, minPoints: 5, points: [], groups: [], nNoise: 3 },
    incidents,
    nIncidents: 8,
    skipped: [
      {
        stage: "Isolation forest on windows",
        code: "tooFewRows",
        message: "needs at least 8 rows, got 3",
      },
    ],
  };
}
