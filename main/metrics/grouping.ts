// Which rows of a scorecard a fact counts in, and what the rows are called. Pure. May import the contract, facts.ts,
// entry-facts.ts and teams.ts.
import type { ScorecardGroup } from '../../preload/contract/scorecard.ts';
import { systemDisposition } from './entry-facts.ts';
import type { FactOwner } from './facts.ts';
import { findTeam, type TeamSpans } from './teams.ts';

/** Key of the row for facts whose agent, team, queue … is not known, and for conversations without a disposition. */
export const unnamedKey = '(none)';
/** Not a row: where a fact may be in several rows, it is counted here once. */
export const totalKey = '(total)';

/** Groups of people: only what an agent did counts. */
export const isStaffGroup = (by: ScorecardGroup): boolean => by === 'agent' || by === 'team';

export type KeyReader = (owner: FactOwner, atS: number) => readonly string[];

/** The keys of the rows a fact counts in. `atS`: when it counts, which decides the team. */
export const createKeyReader = (by: ScorecardGroup, teams: TeamSpans): KeyReader => {
  const one = (key: string | null): readonly string[] => [key ?? unnamedKey];
  switch (by) {
    case 'agent':
      return ({ agentId }) => one(agentId);
    case 'team':
      return ({ agentId }, atS) => one(findTeam(teams, agentId, atS));
    case 'queue':
      return ({ queueId }) => one(queueId);
    case 'bot':
      return ({ botId }) => one(botId);
    case 'channel':
      return ({ traits }) => one(traits.channel);
    case 'direction':
      return ({ traits }) => one(traits.direction);
    case 'intent':
      return ({ traits }) => one(traits.intent);
    case 'disposition':
      return ({ traits: { dispositions } }) =>
        dispositions.length === 0 ? [unnamedKey, totalKey] : [...dispositions, totalKey];
  }
};

/** The name that a fact gives its row; null where the key is the name, or the API named none. */
export const findName = (owner: FactOwner, by: ScorecardGroup): string | null =>
  by === 'agent' ? owner.agentName : by === 'queue' ? owner.queueName : null;

/** What a row is called when no fact named it. */
export const nameOfKey = (key: string): string => (key === systemDisposition ? 'DROP-OFF (set by the system)' : key);
