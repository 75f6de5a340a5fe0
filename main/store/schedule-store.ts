// Schedules and their runs in library.db. A run is claimed, renewed and ended by its token, in transactions that take the
// write lock first: of two processes, one runs it. When something is due is the planner's business: it comes in as `plan`.
import { AppError } from '../../preload/contract/errors.ts';
import type { Cadence, ScheduleRun } from '../../preload/contract/report.ts';
import { isoFromS } from '../model-json.ts';
import { type Db, inTransaction } from './open.ts';

export type StoredRule = {
  cadence: Cadence;
  time: string;
  weekday: number | null;
  monthDay: number | null;
  zone: string;
};
export type NewSchedule = StoredRule & {
  definitionId: number;
  period: string;
  folder: string;
  namePattern: string;
  nextDueMs: number;
};
export type StoredSchedule = NewSchedule & {
  id: number;
  /** The definition's name. */
  definition: string;
  isEnabled: boolean;
  settledMs: number;
};

export type Due = { dueMs: number; asOfMs: number };
/** Due instants after `afterMs` up to `untilMs`, oldest first, and the one after `untilMs`. */
export type Plan = (rule: StoredRule, afterMs: number, untilMs: number) => { dues: Due[]; nextDueMs: number };

export type Claim = { runId: number; scheduleId: number; dueMs: number; asOfMs: number; token: string };
export type ClaimOptions = {
  nowMs: number;
  /** When the caller began: runs that failed since are left for its next time. */
  begunMs: number;
  token: string;
  plan: Plan;
  /** How many due instants back are still run; older ones are recorded as missed. */
  runsBack: number;
  /** First attempt included. */
  attemptsMax: number;
  /** A claim that gave no sign of life for so long is its process's no more. */
  staleMs: number;
};

export type ScheduleStore = {
  add(schedule: NewSchedule, nowMs: number): number;
  list(): StoredSchedule[];
  /** Throws AppError not_found. */
  find(id: number): StoredSchedule;
  /** The runs go with it; what they issued stays. */
  remove(id: number): void;
  /** Nothing is owed for the time it was paused. */
  setEnabled(id: number, isEnabled: boolean, nowMs: number, nextDueMs: number): void;
  /** Newest first. */
  runs(scheduleId: number, limit: number): ScheduleRun[];
  run(runId: number): ScheduleRun;
  /** Records what was missed and claims the earliest run that is owed, if any, in one transaction. */
  claim(options: ClaimOptions): { claim: Claim | null; missed: number };
  /** Whether `claim` may find something: a run that is due, one to try again, or one whose process ended. Writes nothing. */
  isOwed(options: { nowMs: number; attemptsMax: number; retryBeforeMs: number; staleMs: number }): boolean;
  /** A sign of life; false when the claim was lost. */
  beat(claim: Claim, nowMs: number): boolean;
  /** Throws AppError sync_busy when the claim was lost, so that the transaction around it is undone. */
  finish(claim: Claim, nowMs: number, state: 'done' | 'failed', message: string, issuedId: number | null): void;
};

type ScheduleRow = Omit<StoredSchedule, 'isEnabled'> & { isEnabled: number };
type RunRow = {
  schedule: number;
  dueMs: number;
  state: ScheduleRun['state'];
  attempts: number;
  startedMs: number | null;
  finishedMs: number | null;
  message: string;
  issuedId: number | null;
};

const isoFromMs = (epochMs: number | null): string | null =>
  epochMs === null ? null : isoFromS(Math.floor(epochMs / 1000));
const toRun = (row: RunRow): ScheduleRun => ({
  schedule: row.schedule,
  dueAt: isoFromMs(row.dueMs) ?? '',
  state: row.state,
  attempts: row.attempts,
  startedAt: isoFromMs(row.startedMs),
  finishedAt: isoFromMs(row.finishedMs),
  message: row.message,
  issuedId: row.issuedId,
});
const toSchedule = (row: ScheduleRow): StoredSchedule => ({ ...row, isEnabled: row.isEnabled === 1 });

const endedSilently = 'Afterword ended while this report was being made.';

export const createScheduleStore = (db: Db): ScheduleStore => {
  const columns = `s.id, s.definition AS definitionId, d.name AS definition, s.cadence, s.time, s.weekday,
    s.month_day AS monthDay, s.zone, s.period, s.folder, s.name_pattern AS namePattern, s.is_enabled AS isEnabled,
    s.settled_ms AS settledMs, s.next_due_ms AS nextDueMs`;
  const from = 'FROM schedule s JOIN report_definition d ON d.id = s.definition';
  const runColumns = `schedule, due_ms AS dueMs, state, attempts, started_ms AS startedMs, finished_ms AS finishedMs,
    message, issued AS issuedId`;
  const selectAll = db.prepare(`SELECT ${columns} ${from} ORDER BY s.id`);
  const selectOne = db.prepare(`SELECT ${columns} ${from} WHERE s.id = ?`);
  const insert = db.prepare(
    `INSERT INTO schedule (definition, cadence, time, weekday, month_day, zone, period, folder, name_pattern, settled_ms,
       next_due_ms, created_ms)
     VALUES (@definitionId, @cadence, @time, @weekday, @monthDay, @zone, @period, @folder, @namePattern, @nowMs,
       @nextDueMs, @nowMs)`,
  );
  const deleteOne = db.prepare('DELETE FROM schedule WHERE id = ?');
  const enable = db.prepare(
    'UPDATE schedule SET is_enabled = ?, settled_ms = max(settled_ms, ?), next_due_ms = ? WHERE id = ?',
  );
  const settle = db.prepare('UPDATE schedule SET settled_ms = ?, next_due_ms = ? WHERE id = ?');
  const selectRuns = db.prepare(
    `SELECT ${runColumns} FROM schedule_run WHERE schedule = ? ORDER BY due_ms DESC LIMIT ?`,
  );
  const selectRun = db.prepare(`SELECT ${runColumns} FROM schedule_run WHERE id = ?`);
  const expire = db.prepare(
    `UPDATE schedule_run SET state = 'failed', finished_ms = beat_ms, message = ?, token = NULL
     WHERE state = 'claimed' AND abs(beat_ms - ?) > ?`,
  );
  const isRunning = db.prepare(`SELECT 1 FROM schedule_run WHERE schedule = ? AND state = 'claimed'`).pluck();
  const selectRetry = db.prepare(
    `SELECT id, due_ms AS dueMs, as_of_ms AS asOfMs FROM schedule_run
     WHERE schedule = ? AND state = 'failed' AND attempts < ? AND finished_ms < ? ORDER BY due_ms LIMIT 1`,
  );
  const insertMissed = db.prepare(
    `INSERT OR IGNORE INTO schedule_run (schedule, due_ms, as_of_ms, state, attempts, message) VALUES (?, ?, ?, 'missed', 0, ?)`,
  );
  const insertClaim = db.prepare(
    `INSERT INTO schedule_run (schedule, due_ms, as_of_ms, state, attempts, token, beat_ms, started_ms)
     VALUES (@scheduleId, @dueMs, @asOfMs, 'claimed', 1, @token, @nowMs, @nowMs)`,
  );
  const retry = db.prepare(
    `UPDATE schedule_run SET state = 'claimed', attempts = attempts + 1, token = @token, beat_ms = @nowMs,
       started_ms = @nowMs, finished_ms = NULL, message = '' WHERE id = @runId`,
  );
  const beat = db.prepare(`UPDATE schedule_run SET beat_ms = ? WHERE id = ? AND token = ? AND state = 'claimed'`);
  const finish = db.prepare(
    `UPDATE schedule_run SET state = ?, finished_ms = ?, message = ?, issued = ?, token = NULL
     WHERE id = ? AND token = ? AND state = 'claimed'`,
  );

  const selectOwed = db
    .prepare(
      `SELECT 1 FROM schedule s WHERE is_enabled = 1 AND (next_due_ms <= @nowMs OR EXISTS (
         SELECT 1 FROM schedule_run r WHERE r.schedule = s.id AND (
           (state = 'failed' AND attempts < @attemptsMax AND finished_ms < @retryBeforeMs)
           OR (state = 'claimed' AND abs(beat_ms - @nowMs) > @staleMs)))) LIMIT 1`,
    )
    .pluck();

  const notFound = (id: number): AppError =>
    new AppError('not_found', `There is no schedule ${id}. See “afterword schedule list”.`);

  type Owed = Due & { scheduleId: number; runId: number | null; nextDueMs: number };
  /** The earliest run a schedule owes; the ones too far back are recorded as missed. */
  const findOwed = (schedule: StoredSchedule, options: ClaimOptions): { owed: Owed | null; missed: number } => {
    const { nowMs, runsBack } = options;
    const { dues, nextDueMs } = options.plan(schedule, schedule.settledMs, nowMs);
    const tooOld = dues.slice(0, Math.max(0, dues.length - runsBack));
    let missed = 0;
    for (const { dueMs, asOfMs } of tooOld)
      missed += insertMissed.run(schedule.id, dueMs, asOfMs, 'Afterword was not running in time.').changes;
    const lastMissed = tooOld.at(-1);
    if (lastMissed) settle.run(lastMissed.dueMs, nextDueMs, schedule.id);
    const scheduleId = schedule.id;
    // One run of a schedule at a time: a later one must not be overtaken by an earlier one under the same file name.
    if (isRunning.get(scheduleId) !== undefined) return { owed: null, missed };
    const failed = selectRetry.get(scheduleId, options.attemptsMax, options.begunMs) as
      | { id: number; dueMs: number; asOfMs: number }
      | undefined;
    const due = dues[tooOld.length];
    if (failed && (due === undefined || failed.dueMs < due.dueMs))
      return { owed: { dueMs: failed.dueMs, asOfMs: failed.asOfMs, scheduleId, runId: failed.id, nextDueMs }, missed };
    return { owed: due === undefined ? null : { ...due, scheduleId, runId: null, nextDueMs }, missed };
  };

  return {
    add: (schedule, nowMs) => Number(insert.run({ ...schedule, nowMs }).lastInsertRowid),
    list: () => (selectAll.all() as ScheduleRow[]).map(toSchedule),
    find(id) {
      const row = selectOne.get(id) as ScheduleRow | undefined;
      if (row === undefined) throw notFound(id);
      return toSchedule(row);
    },
    remove(id) {
      if (deleteOne.run(id).changes === 0) throw notFound(id);
    },
    setEnabled(id, isEnabled, nowMs, nextDueMs) {
      if (enable.run(Number(isEnabled), nowMs, nextDueMs, id).changes === 0) throw notFound(id);
    },
    runs: (scheduleId, limit) => (selectRuns.all(scheduleId, limit) as RunRow[]).map(toRun),
    run: (runId) => toRun(selectRun.get(runId) as RunRow),
    claim: (options) =>
      inTransaction(db, () => {
        const { nowMs, token } = options;
        expire.run(endedSilently, nowMs, options.staleMs);
        let missed = 0;
        let earliest: Owed | null = null;
        for (const row of selectAll.all() as ScheduleRow[]) {
          if (row.isEnabled === 0) continue;
          const found = findOwed(toSchedule(row), options);
          missed += found.missed;
          if (found.owed && (earliest === null || found.owed.dueMs < earliest.dueMs)) earliest = found.owed;
        }
        if (earliest === null) return { claim: null, missed };
        const { scheduleId, dueMs, asOfMs, nextDueMs } = earliest;
        let { runId } = earliest;
        if (runId === null) {
          runId = Number(insertClaim.run({ scheduleId, dueMs, asOfMs, token, nowMs }).lastInsertRowid);
          settle.run(dueMs, nextDueMs, scheduleId);
        } else {
          retry.run({ runId, token, nowMs });
        }
        return { claim: { runId, scheduleId, dueMs, asOfMs, token }, missed };
      }),
    isOwed: (options) => selectOwed.get(options) !== undefined,
    beat: (claim, nowMs) => beat.run(nowMs, claim.runId, claim.token).changes > 0,
    finish(claim, nowMs, state, message, issuedId) {
      if (finish.run(state, nowMs, message, issuedId, claim.runId, claim.token).changes === 0)
        throw new AppError('sync_busy', 'Another process has taken this run over.');
    },
  };
};
