// Named places where a test can have the process killed, to prove that nothing is lost or doubled wherever it dies.
// AFTERWORD_FAILPOINT=name kills at the first pass through that place, name:3 at the third.

export const failpoints = [
  'lease-taken',
  'plan-recorded',
  'before-request',
  'response-arrived',
  'page-decoded',
  'rows-written',
  'window-written',
  'page-committed',
  'window-complete',
  'window-split',
  'before-run-finished',
  'run-finished',
] as const;
export type Failpoint = (typeof failpoints)[number];

const [wanted, count] = (process.env.AFTERWORD_FAILPOINT ?? '').split(':');
let remaining = Number(count ?? 1);

export const failpoint = (name: Failpoint): void => {
  if (name !== wanted) return;
  remaining -= 1;
  if (remaining <= 0) process.kill(process.pid, 'SIGKILL');
};
