// The generated log that is measured where no other is named.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SAMPLE_LINES = 2_000_000;
const root = fileURLToPath(new URL("../../", import.meta.url));

/** The generator's sample; made once. */
export function samplePath() {
  const path = join(tmpdir(), `logloupe-bench-${SAMPLE_LINES}.log`);
  if (!existsSync(path)) {
    const args = ["--format", "text", "--lines", String(SAMPLE_LINES), path];
    execFileSync(join(root, "target/release/examples/sample"), args, { stdio: "ignore" });
  }
  return path;
}
