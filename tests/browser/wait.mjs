// Waiting for what a check is about: a page answers when it can, and a busy machine lets it take its time.

import assert from "node:assert/strict";

const PATIENCE_MS = 30_000;

/** Reads again and again until what is read is as it should be, and answers with it; fails with what was read last. */
export async function until(read, is = Boolean, what = "what was waited for") {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (is(value)) return value;
    assert.ok(Date.now() < end, `${what}: ${JSON.stringify(value)?.slice(0, 400)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
