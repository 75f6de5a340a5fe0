// Named places where a test can have the process killed, to prove that nothing is lost or doubled wherever it dies.
// AFTERWORD_FAILPOINT=name kills at the first pass through that place, name:3 at the third. Imports nothing.

/** In the order a sync passes them. */
export const syncFailpoints = [
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

/** Of everything else that writes: each group in the order it passes them. */
export const fileFailpoints = {
  migration: ['migration-copied', 'migration-applied', 'migration-committed'],
  backup: ['backup-made', 'backup-kept'],
  forget: ['forget-begun', 'forget-removed', 'forget-committed', 'forget-recorded', 'forget-vacuumed', 'forget-done'],
  export: ['file-begun', 'file-written', 'file-renamed'],
  folder: ['folder-filled', 'folder-moved', 'folder-renamed'],
  report: ['report-gathered', 'report-files-written', 'report-recorded'],
  seal: ['seal-summed', 'seal-written'],
  rebuild: ['rebuild-marked', 'rebuild-log-moved', 'rebuild-moved', 'rebuild-page', 'rebuild-filled'],
  encrypt: ['encrypt-copied', 'encrypt-marked', 'encrypt-linked', 'encrypt-renamed', 'encrypt-shredded'],
  restore: ['restore-log-moved', 'restore-moved', 'restore-copied'],
} as const;

export type Failpoint = (typeof syncFailpoints)[number] | (typeof fileFailpoints)[keyof typeof fileFailpoints][number];

const [wanted, count] = (process.env.AFTERWORD_FAILPOINT ?? '').split(':');
let remaining = Number(count ?? 1);

export const failpoint = (name: Failpoint): void => {
  if (name !== wanted) return;
  remaining -= 1;
  if (remaining <= 0) process.kill(process.pid, 'SIGKILL');
};
