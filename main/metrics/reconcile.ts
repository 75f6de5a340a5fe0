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

type Tally = { add(column: EntryColumn, verdict: Verdict): void; finish(): ReconciledRate };
const createTally = (): Tally => {
  const byOutcome = startColumns<VerdictCounts>(() => ({ hit: 0, miss: 0, leftOut: 0 }));
  return {
    add(column, verdict) {
      byOutcome[column][verdict === 'left-out' ? 'leftOut' : verdict] += 1;
    },
    finish() {
      const sumOf = (name: keyof VerdictCounts): number =>
        entryColumns.reduce((sum, column) => sum + byOutcome[column][name], 0);
      const hits = sumOf('hit');
      const n = hits + sumOf('miss');
      const interval = computeWilsonInterval(hits, n);
      return {
        value: n === 0 ? null : hits / n,
        n,
        hits,
        low: interval?.low ?? null,
        high: interval?.high ?? null,
        leftOut: sumOf('leftOut'),
        byOutcome,
      };
    },
  };
};

/**
 * Counts the offered entries among `entries`, each looked at once, under each of `names`. Entries that were not offered (outbound, no entry time,
 * still open) are passed over; cut the period before the call.
 */
export const reconcile = (
  entries: Iterable<EntryFact>,
  names: readonly PresetName[] = presetNames,
  thresholds: Thresholds = defaultThresholds,
): Reconciliation => {
  let offered = 0;
  const outcomes = startColumns(() => 0);
  const tallies = names.map((name) => ({
    name,
    preset: presets[name],
    serviceLevel: createTally(),
    abandonRate: createTally(),
  }));
  for (const entry of entries) {
    const column = entry.isOffered ? columnOf(entry, thresholds) : null;
    if (column === null) continue;
    offered += 1;
    outcomes[column] += 1;
    for (const { preset, serviceLevel, abandonRate } of tallies) {
      serviceLevel.add(column, judgeServiceLevel(entry, preset, thresholds));
      abandonRate.add(column, judgeAbandon(entry, preset, thresholds));
    }
  }
  return {
    offered,
    outcomes,
    presets: tallies.map(({ name, preset, serviceLevel, abandonRate }) => ({
      name,
      label: preset.label,
      serviceLevel: serviceLevel.finish(),
      abandonRate: abandonRate.finish(),
    })),
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
