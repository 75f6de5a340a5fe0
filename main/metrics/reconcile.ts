// The same queue entries under several presets, side by side: the figure of each, and how each outcome was counted. Pure.
// May import presets.ts, entry-facts.ts and statistics.ts.
import type { EntryFact } from './entry-facts.ts';
import {
  columnOf,
  defaultThresholds,
  type EntryColumn,
  entryColumns,
  judgeAbandon,
  judgeServiceLevel,
  type PresetName,
  presetNames,
  presets,
  type Thresholds,
  type Verdict,
} from './presets.ts';
import { computeWilsonInterval } from './statistics.ts';

/** For one outcome: how many entries a rule took as hits, as misses, and left out. They add up to the outcome's count. */
export type VerdictCounts = { hit: number; miss: number; leftOut: number };

export type ReconciledRate = {
  /** Fraction 0-1; null when nothing is left to divide by. */
  value: number | null;
  n: number;
  hits: number;
  low: number | null;
  high: number | null;
  /** n + leftOut = offered. */
  leftOut: number;
  byOutcome: Record<EntryColumn, VerdictCounts>;
};

export type Reconciliation = {
  offered: number;
  /** Every offered entry in exactly one outcome: the counts add up to `offered`. */
  outcomes: Record<EntryColumn, number>;
  presets: { name: PresetName; label: string; serviceLevel: ReconciledRate; abandonRate: ReconciledRate }[];
};

export type { EntryFact };

/** One offered entry and how each preset counted it. */
export type JudgedEntryRow = {
  entry: EntryFact;
  column: EntryColumn;
  verdicts: Record<PresetName, { serviceLevel: Verdict; abandonRate: Verdict }>;
};

const startColumns = <T>(make: () => T): Record<EntryColumn, T> =>
  Object.fromEntries(entryColumns.map((column) => [column, make()])) as Record<EntryColumn, T>;

const tally = (judged: readonly { column: EntryColumn; verdict: Verdict }[]): ReconciledRate => {
  const byOutcome = startColumns<VerdictCounts>(() => ({ hit: 0, miss: 0, leftOut: 0 }));
  let hits = 0;
  let n = 0;
  for (const { column, verdict } of judged) {
    byOutcome[column][verdict === 'left-out' ? 'leftOut' : verdict] += 1;
    if (verdict === 'hit') hits += 1;
    if (verdict !== 'left-out') n += 1;
  }
  const interval = computeWilsonInterval(hits, n);
  return {
    value: n === 0 ? null : hits / n,
    n,
    hits,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    leftOut: judged.length - n,
    byOutcome,
  };
};

/**
 * Counts the offered entries among `entries` under each of `names`. Entries that were not offered (outbound, no entry time,
 * still open) are passed over; cut the period before the call.
 */
export const reconcile = (
  entries: Iterable<EntryFact>,
  names: readonly PresetName[] = presetNames,
  thresholds: Thresholds = defaultThresholds,
): Reconciliation => {
  const offered: { entry: EntryFact; column: EntryColumn }[] = [];
  const outcomes = startColumns(() => 0);
  for (const entry of entries) {
    const column = entry.isOffered ? columnOf(entry, thresholds) : null;
    if (column === null) continue;
    offered.push({ entry, column });
    outcomes[column] += 1;
  }
  return {
    offered: offered.length,
    outcomes,
    presets: names.map((name) => {
      const preset = presets[name];
      return {
        name,
        label: preset.label,
        serviceLevel: tally(
          offered.map(({ entry, column }) => ({ column, verdict: judgeServiceLevel(entry, preset, thresholds) })),
        ),
        abandonRate: tally(
          offered.map(({ entry, column }) => ({ column, verdict: judgeAbandon(entry, preset, thresholds) })),
        ),
      };
    }),
  };
};

/** How each offered entry was counted under each preset, by time of entry. */
export const listJudgedEntries = (entries: Iterable<EntryFact>, thresholds: Thresholds): JudgedEntryRow[] => {
  const rows: JudgedEntryRow[] = [];
  for (const entry of entries) {
    const column = entry.isOffered ? columnOf(entry, thresholds) : null;
    if (column === null) continue;
    const judge = (name: PresetName): { serviceLevel: Verdict; abandonRate: Verdict } => ({
      serviceLevel: judgeServiceLevel(entry, presets[name], thresholds),
      abandonRate: judgeAbandon(entry, presets[name], thresholds),
    });
    const verdicts = {
      afterword: judge('afterword'),
      kore: judge('kore'),
      genesys: judge('genesys'),
      talkdesk: judge('talkdesk'),
    };
    rows.push({ entry, column, verdicts });
  }
  const timeOf = ({ entry }: JudgedEntryRow): number => entry.enteredAtS ?? 0;
  return rows.sort(
    (left, right) => timeOf(left) - timeOf(right) || (left.entry.traits.key < right.entry.traits.key ? -1 : 1),
  );
};
