// Which team an agent was in at an instant. Pure. May import the contract and period.ts.
import type { Team } from '../../preload/contract/figures.ts';
import { startOfDayS } from './period.ts';

/** UTC epoch seconds, `toS` excluded. */
export type TeamSpan = { team: string; fromS: number; toS: number };
/** By agent id; the spans of one agent do not overlap. Plain data, so that it can cross threads. */
export type TeamSpans = ReadonlyMap<string, readonly TeamSpan[]>;

/** The days of membership as instants, in the workspace's zone. */
export const resolveTeams = (teams: readonly Team[], zone: string): TeamSpans => {
  const spans = new Map<string, TeamSpan[]>();
  for (const { name, members } of teams) {
    for (const { agent, from, to } of members) {
      const ofAgent = spans.get(agent) ?? [];
      ofAgent.push({
        team: name,
        fromS: from === null ? Number.NEGATIVE_INFINITY : startOfDayS(from, zone),
        toS: to === null ? Number.POSITIVE_INFINITY : startOfDayS(to, zone, 1),
      });
      spans.set(agent, ofAgent);
    }
  }
  return spans;
};

/** An agent who would be in two teams on one day; null when there is none. Dates compare as text. */
export const findDoubleMember = (teams: readonly Team[]): { agent: string; teams: [string, string] } | null => {
  const seen: { agent: string; team: string; from: string; to: string }[] = [];
  for (const { name, members } of teams) {
    for (const { agent, from, to } of members) {
      const span = { agent, team: name, from: from ?? '0000-00-00', to: to ?? '9999-99-99' };
      const clash = seen.find((other) => other.agent === agent && other.from <= span.to && span.from <= other.to);
      if (clash) return { agent, teams: [clash.team, name] };
      seen.push(span);
    }
  }
  return null;
};
