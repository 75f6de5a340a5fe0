// The values that codes stand for: agents, queues and words of the store, grouped as people see them. An agent whose name
// changed is one agent; a queue found by its older name is the same queue. Pure; built from the store's dimension tables.
import type { ValueField } from '../search/ast.ts';
import { fold } from '../search/fold.ts';

export type Dimensions = {
  terms: readonly { id: number; kind: string; value: string }[];
  agents: readonly { id: number; agentId: string | null; name: string | null; email: string | null }[];
  queues: readonly { id: number; queueId: string | null; name: string | null }[];
};

/** One value as it is shown and clicked. `value` is an id where there is one. */
export type Group = { value: string; label: string };
/** The values of one kind of code. */
export type Space = {
  groups: readonly Group[];
  /** Element code to group; -1 where the code is none of this space. */
  groupOf: Int32Array;
  /** Which groups a folded value of a query means. */
  match(value: string, isExact: boolean): Uint8Array;
};

type Row = { id: number; value: string | null; names: readonly (string | null)[]; fallback: string };

const makeSpace = (rows: readonly Row[], isPartOfIdEnough: boolean): Space => {
  const groups: (Group & { name: string; fallback: string; exacts: Set<string>; texts: Set<string> })[] = [];
  const groupOfValue = new Map<string, number>();
  const groupOf = new Int32Array(rows.reduce((most, { id }) => Math.max(most, id), 0) + 1).fill(-1);
  for (const { id, value, names, fallback } of rows) {
    if (value === null) continue;
    let at = groupOfValue.get(value);
    if (at === undefined) {
      at = groups.length;
      groupOfValue.set(value, at);
      groups.push({ value, label: '', name: '', fallback: '', exacts: new Set([fold(value)]), texts: new Set() });
    }
    groupOf[id] = at;
    const group = groups[at];
    if (!group) continue;
    if (isPartOfIdEnough) group.texts.add(fold(value));
    for (const name of names) if (name !== null) group.texts.add(fold(name));
    // The largest name, so that the label does not depend on the order of rows.
    const [shown = null] = names;
    if (shown !== null && shown > group.name) group.name = shown;
    if (fallback > group.fallback) group.fallback = fallback;
  }
  for (const group of groups) group.label = group.name || group.fallback || group.value;
  return {
    groups,
    groupOf,
    match(value, isExact) {
      const matches = new Uint8Array(groups.length);
      for (const [at, { exacts, texts }] of groups.entries()) {
        const isMeant =
          exacts.has(value) || (isExact ? texts.has(value) : [...texts].some((text) => text.includes(value)));
        matches[at] = Number(isMeant);
      }
      return matches;
    },
  };
};

export type SpaceName =
  | 'agents'
  | 'queues'
  | 'words'
  | 'channel'
  | 'direction'
  | 'status'
  | 'bot'
  | 'intent'
  | 'survey';

/** Where the values of each field live. */
export const spaceOfField: Record<ValueField, SpaceName> = {
  agent: 'agents',
  handled: 'agents',
  queue: 'queues',
  channel: 'channel',
  status: 'status',
  outcome: 'words',
  disposition: 'words',
  intent: 'intent',
  direction: 'direction',
  bot: 'bot',
  skill: 'words',
  survey: 'survey',
};

const termKinds: Partial<Record<SpaceName, readonly string[]>> = {
  channel: ['channel'],
  direction: ['direction'],
  status: ['final_status', 'smart_status'],
  bot: ['bot'],
  intent: ['intent'],
  survey: ['survey_type'],
};

/** Gives the space of a name, made when it is first asked for. */
export const createSpaces = (dimensions: Dimensions, words: () => readonly string[]): ((name: SpaceName) => Space) => {
  const made = new Map<SpaceName, Space>();
  let wordCount = 0;
  const make = (name: SpaceName): Space => {
    if (name === 'agents')
      return makeSpace(
        dimensions.agents.map(({ id, agentId, name: shown, email }) => ({
          id,
          value: agentId ?? email ?? shown,
          names: [shown, email],
          fallback: email ?? agentId ?? '',
        })),
        false,
      );
    if (name === 'queues')
      return makeSpace(
        dimensions.queues.map(({ id, queueId, name: shown }) => ({
          id,
          value: queueId ?? shown,
          names: [shown],
          fallback: queueId ?? '',
        })),
        false,
      );
    if (name === 'words')
      return makeSpace(
        words().flatMap((word, id) => (id === 0 ? [] : [{ id, value: word, names: [word], fallback: word }])),
        true,
      );
    const kinds = termKinds[name] ?? [];
    return makeSpace(
      dimensions.terms
        .filter(({ kind }) => kinds.includes(kind))
        .map(({ id, value }) => ({ id, value, names: [value], fallback: value })),
      true,
    );
  };
  return (name) => {
    if (name === 'words' && words().length !== wordCount) {
      made.delete('words');
      wordCount = words().length;
    }
    const space = made.get(name) ?? make(name);
    made.set(name, space);
    return space;
  };
};
