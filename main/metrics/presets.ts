// Presets of definitions: how Afterword, Kore, Genesys and Talkdesk count service level, abandons, after-call work and
// NPS, as data, so that a figure can be re-made under another house's rules. Pure. May import the contract and outcomes.ts.
// Sources: metrics definitions, section 2.3 and fact 12; Genesys Cloud "Configure the service level calculation";
// Talkdesk Live "Service Level" and "Abandon Rate"; Kore queue metrics interval and summary reports.
import { entryColumns } from '../../preload/contract/comparison.ts';
import {
  defaultThresholds,
  type PresetName,
  presetNames,
  type Thresholds,
  type WaitLimits,
} from '../../preload/contract/counting.ts';
import type { EntryOutcome } from './outcomes.ts';

/** The columns of every count of queue entries: the outcomes, with short abandons apart. They add up to offered. */
export { defaultThresholds, entryColumns, type PresetName, presetNames, type Thresholds };
export type EntryColumn = (typeof entryColumns)[number];

export type DefinitionPreset = {
  label: string;
  serviceLevel: { leavesOut: readonly EntryColumn[]; source: string };
  abandonRate: {
    counts: readonly EntryColumn[];
    /** Whether an answered entry whose customer hung up on the agent counts as abandoned. */
    countsWithAgent: boolean;
    leavesOut: readonly EntryColumn[];
    source: string;
  };
  /** Transferred entries over those answered or those offered. */
  queueTransfersOver: 'answered' | 'offered';
  /** Which segments the mean of after-call work is over: those where it is known, all (unknown is 0), those above 0. */
  acwOver: 'known' | 'handled' | 'above-zero';
  /** Promoters score this or more, detractors that or less. */
  nps: { promotersFrom: number; detractorsTo: number };
};

const standardNps = { promotersFrom: 9, detractorsTo: 6 };

export const presets: Record<PresetName, DefinitionPreset> = {
  afterword: {
    label: 'Afterword',
    serviceLevel: {
      leavesOut: ['abandoned-short', 'callback', 'flow-out', 'voicemail'],
      source: 'Answered in time / (offered - short abandons - callbacks - flow-outs - voicemail)',
    },
    abandonRate: {
      counts: ['abandoned'],
      countsWithAgent: false,
      leavesOut: ['abandoned-short', 'callback'],
      source: 'Abandons that are not short / (offered - short abandons - callbacks)',
    },
    queueTransfersOver: 'answered',
    acwOver: 'known',
    nps: standardNps,
  },
  kore: {
    label: 'Kore',
    serviceLevel: { leavesOut: [], source: 'Kore queue metrics interval report: answered in time / offered' },
    abandonRate: {
      counts: ['abandoned', 'abandoned-short'],
      countsWithAgent: true,
      leavesOut: [],
      source:
        'Kore queue report: abandoned, with agents too / offered. (Kore’s dashboard divides by closed conversations.)',
    },
    queueTransfersOver: 'offered',
    acwOver: 'handled',
    nps: { promotersFrom: 9, detractorsTo: 5 },
  },
  genesys: {
    label: 'Genesys',
    serviceLevel: {
      leavesOut: ['callback', 'voicemail', 'flow-out', 'terminated'],
      source:
        'Genesys Cloud: answered in time / (answered + abandoned); flow-outs off, abandons on, short abandons on. ' +
        'Its three switches may stand otherwise in your organisation.',
    },
    abandonRate: {
      counts: ['abandoned', 'abandoned-short'],
      countsWithAgent: false,
      leavesOut: [],
      source: 'Genesys Cloud Abandon %: abandoned / offered',
    },
    queueTransfersOver: 'answered',
    acwOver: 'above-zero',
    nps: standardNps,
  },
  talkdesk: {
    label: 'Talkdesk',
    serviceLevel: {
      leavesOut: ['abandoned-short'],
      source: 'Talkdesk Live: answered in time / (inbound - short abandons)',
    },
    abandonRate: {
      counts: ['abandoned'],
      countsWithAgent: false,
      leavesOut: ['abandoned-short'],
      source: 'Talkdesk Live: abandoned / (inbound - short abandons); abandoned while ringing counts',
    },
    queueTransfersOver: 'answered',
    acwOver: 'known',
    nps: standardNps,
  },
};

/** What a rule needs to know of a queue entry. */
export type JudgedEntry = {
  outcome: EntryOutcome;
  waitS: number | null;
  isVoice: boolean;
  isAbandonedWithAgent: boolean;
};

/** Counted in the numerator and the denominator, in the denominator alone, or in neither. */
export type Verdict = 'hit' | 'miss' | 'left-out';

const limitsOf = (entry: JudgedEntry, thresholds: Thresholds): WaitLimits =>
  entry.isVoice ? thresholds.voice : thresholds.written;

/** The one column of an entry; null for open entries, which are not offered yet. An unknown wait is never short. */
export const columnOf = (entry: JudgedEntry, thresholds: Thresholds): EntryColumn | null => {
  if (entry.outcome === 'open') return null;
  const isShort =
    entry.outcome === 'abandoned' && entry.waitS !== null && entry.waitS < limitsOf(entry, thresholds).shortAbandonS;
  return isShort ? 'abandoned-short' : entry.outcome;
};

const isAnsweredColumn = (column: EntryColumn): boolean => column === 'answered' || column === 'reassigned-answered';

/** How a preset counts an entry for the service level. Answered after an unknown wait is in the denominator, and no hit. */
export const judgeServiceLevel = (entry: JudgedEntry, preset: DefinitionPreset, thresholds: Thresholds): Verdict => {
  const column = columnOf(entry, thresholds);
  if (column === null || preset.serviceLevel.leavesOut.includes(column)) return 'left-out';
  const isInTime = entry.waitS !== null && entry.waitS <= limitsOf(entry, thresholds).serviceLevelS;
  return isAnsweredColumn(column) && isInTime ? 'hit' : 'miss';
};

/** How a preset counts an entry for the abandon rate. */
export const judgeAbandon = (entry: JudgedEntry, preset: DefinitionPreset, thresholds: Thresholds): Verdict => {
  const { counts, countsWithAgent, leavesOut } = preset.abandonRate;
  const column = columnOf(entry, thresholds);
  if (column === null || leavesOut.includes(column)) return 'left-out';
  const isWithAgent = countsWithAgent && isAnsweredColumn(column) && entry.isAbandonedWithAgent;
  return counts.includes(column) || isWithAgent ? 'hit' : 'miss';
};
