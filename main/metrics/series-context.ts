// The settings that decide what a fact contributes to a series. Pure types.
import type { CsatPolarity } from '../../preload/contract/scorecard.ts';
import type { DefinitionPreset, Thresholds } from './presets.ts';
import type { Repairs } from './repairs.ts';

export type SeriesContext = {
  csatPolarity: CsatPolarity;
  preset: DefinitionPreset;
  thresholds: Thresholds;
  repairs: Repairs;
  /** Contacts that start before this instant are known, later ones are not. UTC epoch seconds. */
  horizonS: number;
  /** Null while no opening hours are set. */
  isAfterHours: ((epochS: number) => boolean) | null;
};

export const toFlag = (isHit: boolean): number => (isHit ? 1 : 0);
/** For counts: one for a hit, nothing at all for a miss. */
export const oneIf = (isHit: boolean): number | null => (isHit ? 1 : null);
