// What a scorecard is asked and what it answers, and the order of its rows. It is counted in index/column-scorecard.ts. Pure. May
// import the contract and the other metrics modules.
import type {
  CsatPolarity,
  MetricName,
  MetricValue,
  ScorecardGroup,
  ScorecardNotes,
  ScorecardRow,
} from '../../preload/contract/scorecard.ts';
import type { BusinessCalendar } from './local-time.ts';
import type { PresetName, Thresholds } from './presets.ts';
import type { Repairs } from './repairs.ts';
import type { TeamSpans } from './teams.ts';

export type ScorecardOptions = {
  by: ScorecardGroup;
  /** First instant of the period, UTC epoch seconds. */
  fromS: number;
  /** First instant after the period. */
  toS: number;
  csatPolarity: CsatPolarity;
  /** Counts only this agent's segments, offers and surveys, whatever the grouping. */
  agentKey?: string;
  /** Whose definitions count. Left out: Afterword's. */
  preset?: PresetName;
  thresholds?: Thresholds;
  repairs?: Repairs;
  /** IANA zone whose days cut the agents' working time. Left out: UTC. */
  zone?: string;
  /** Left out: no after-hours figures. */
  calendar?: BusinessCalendar;
  /** How many days make a contact a repeat. Left out: 7. */
  repeatDays?: number;
  /**
   * Contacts that start before this instant have been fed, later ones may not have been. UTC epoch seconds. Left out: the
   * end of the period, so the last `repeatDays` of it are in no repeat figure.
   */
  horizonS?: number;
  /** Stretches before the horizon in which contacts may be missing: no repeat is judged across one. */
  holes?: readonly { fromS: number; toS: number }[];
  /** Who was in which team, for `by` team. */
  teams?: TeamSpans;
};

export type ScorecardFigures = {
  /** By name, then key. */
  rows: ScorecardRow[];
  /** Over all rows, from pooled sums; a conversation counts once here, even when it is in several rows. */
  total: Record<MetricName, MetricValue>;
  notes: ScorecardNotes;
};

// A fixed locale, so that the order of rows is the same on every machine.
const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true });
export const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
/** By name, then key. */
export const compareRows = (left: ScorecardRow, right: ScorecardRow): number =>
  collator.compare(left.name, right.name) || compareText(left.name, right.name) || compareText(left.key, right.key);
