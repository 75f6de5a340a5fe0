// The rows of a scorecard that are nobody's own, and what rows are called. Pure. May import the contract and entry-facts.ts.
import type { ScorecardGroup } from '../../preload/contract/scorecard.ts';
import { systemDisposition } from './entry-facts.ts';

/** Key of the row for facts whose agent, team, queue … is not known, and for conversations without a disposition. */
export const unnamedKey = '(none)';
/** Not a row: where a fact may be in several rows, it is counted here once. */
export const totalKey = '(total)';

/** Groups of people: only what an agent did counts. */
export const isStaffGroup = (by: ScorecardGroup): boolean => by === 'agent' || by === 'team';

/** What a row is called when no fact named it. */
export const nameOfKey = (key: string): string => (key === systemDisposition ? 'DROP-OFF (set by the system)' : key);
