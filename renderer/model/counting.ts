// Words about how figures are counted: presets, groupings, entries.
import type { EntryColumn } from '../../preload/contract/comparison.ts';
import type { PresetName } from '../../preload/contract/counting.ts';
import type { ScorecardGroup } from '../../preload/contract/scorecard.ts';

export const presetLabels: Record<PresetName, string> = {
  afterword: 'Afterword',
  kore: 'Kore',
  genesys: 'Genesys',
  talkdesk: 'Talkdesk',
};

/** agent: Agent */
export const nameOfGroup = (by: ScorecardGroup): string => by.slice(0, 1).toUpperCase() + by.slice(1);

export const entryLabels: Record<EntryColumn, string> = {
  answered: 'Answered',
  'reassigned-answered': 'Answered after being moved',
  callback: 'Callback asked for',
  voicemail: 'Voicemail',
  'flow-out': 'Left for another queue',
  abandoned: 'Abandoned',
  'abandoned-short': 'Abandoned at once',
  terminated: 'Ended by the system',
};
