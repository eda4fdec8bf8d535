// One scheduler for everything that draws: at most one job a key, run in one animation frame, within a budget.

const BUDGET_MS = 8;

const jobs = new Map<object, () => void>();
let isScheduled = false;

/** Runs `draw` in the next frame; an earlier job of the same key that has not run yet is replaced. */
export function schedule(key: object, draw: () => void): void {
  jobs.set(key, draw);
  request();
}

/** Forgets the job of a key. */
export function unschedule(key: object): void {
  jobs.delete(key);
}

function request(): void {
  if (!isScheduled) {
    isScheduled = true;
    requestAnimationFrame(run);
  }
}

function run(): void {
  isScheduled = false;
  const start = performance.now();
  for (const [key, draw] of jobs) {
    jobs.delete(key);
    draw();
    if (performance.now() - start > BUDGET_MS) {
      break;
    }
  }
  if (jobs.size > 0) {
    request();
  }
}
