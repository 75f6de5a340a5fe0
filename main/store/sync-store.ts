// The sync's own bookkeeping in the cache: who holds the lease, the log of runs, small named values.
import { AppError } from '../../preload/contract/errors.ts';
import type { Db } from './open.ts';
import { soundTimeMs } from './sound-values.ts';

export type RunTotals = {
  requests: number;
  rows: number;
  inserted: number;
  updated: number;
  unchanged: number;
  quarantined: number;
};

export type SyncStore = {
  /** Takes the lease, or throws AppError sync_busy while a living process holds it. */
  takeLease(token: string, pid: number, nowMs: number): void;
  /** Throws AppError sync_busy when the lease is no longer ours: nothing may be written then. */
  requireLease(token: string): void;
  beat(token: string, nowMs: number): void;
  dropLease(token: string): void;
  startRun(nowMs: number): number;
  finishRun(id: number, nowMs: number, status: string, totals: RunTotals): void;
  lastRun(): { startedMs: number; finishedMs: number | null; status: string } | null;
  getState(name: string): string | null;
  setState(name: string, value: string): void;
};

/** A holder that has not been heard of for this long is taken to be asleep or gone, even if its pid lives. */
const STALE_LEASE_MS = 10 * 60_000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const busyError = (): AppError =>
  new AppError(
    'sync_busy',
    'Another sync of this workspace is running. Wait for it to end, or stop it, then try again.',
  );

export const createSyncStore = (db: Db): SyncStore => {
  const selectLease = db.prepare('SELECT token, pid, beat_ms AS beatMs FROM sync_lease');
  const putLease = db.prepare('INSERT OR REPLACE INTO sync_lease (id, token, pid, beat_ms) VALUES (1, ?, ?, ?)');
  const beatLease = db.prepare('UPDATE sync_lease SET beat_ms = ? WHERE token = ?');
  const deleteLease = db.prepare('DELETE FROM sync_lease WHERE token = ?');
  const insertRun = db.prepare(`INSERT INTO sync_run (started_ms, status) VALUES (?, 'running')`);
  const closeLostRuns = db.prepare(`UPDATE sync_run SET status = 'interrupted' WHERE status = 'running'`);
  const updateRun = db.prepare(
    `UPDATE sync_run SET finished_ms = ?, status = ?, requests = ?, rows = ?, inserted = ?, updated = ?, unchanged = ?, quarantined = ?
     WHERE id = ?`,
  );
  const selectLastRun = db.prepare(
    'SELECT started_ms AS startedMs, finished_ms AS finishedMs, status FROM sync_run ORDER BY id DESC LIMIT 1',
  );
  const selectState = db.prepare('SELECT value FROM sync_state WHERE name = ?').pluck();
  const putState = db.prepare('INSERT OR REPLACE INTO sync_state VALUES (?, ?)');
  return {
    takeLease(token, pid, nowMs) {
      const held = selectLease.get() as { token: string; pid: number; beatMs: number } | undefined;
      const isHeld =
        held && held.token !== token && isAlive(held.pid) && Math.abs(nowMs - held.beatMs) < STALE_LEASE_MS;
      if (isHeld) throw busyError();
      putLease.run(token, pid, nowMs);
    },
    requireLease(token) {
      const held = selectLease.get() as { token: string } | undefined;
      if (held?.token !== token) throw busyError();
    },
    beat: (token, nowMs) => {
      beatLease.run(nowMs, token);
    },
    dropLease: (token) => {
      deleteLease.run(token);
    },
    startRun(nowMs) {
      closeLostRuns.run();
      return Number(insertRun.run(nowMs).lastInsertRowid);
    },
    finishRun: (id, nowMs, status, totals) => {
      updateRun.run(
        nowMs,
        status,
        totals.requests,
        totals.rows,
        totals.inserted,
        totals.updated,
        totals.unchanged,
        totals.quarantined,
        id,
      );
    },
    lastRun: () => {
      const run = (selectLastRun.get() as ReturnType<SyncStore['lastRun']>) ?? null;
      if (run !== null) soundTimeMs(run.startedMs);
      return run;
    },
    getState: (name) => (selectState.get(name) as string | undefined) ?? null,
    setState: (name, value) => {
      putState.run(name, value);
    },
  };
};
