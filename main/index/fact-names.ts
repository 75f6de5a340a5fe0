// What agents and queues were called by the facts: nearly all have one name, and only those with several are looked up by time.
// May import the contract and the fact files.
import type { ScorecardGroup } from '../../preload/contract/scorecard.ts';
import { conversationFlags, type FactStore, flagBit } from './fact-store.ts';
import { type FactColumn, getValue } from './fact-table.ts';

/** The name of the word of an id among the conversations that a period is counted from; null where none is known. */
export type NameFinder = (code: number, isFed: (id: number) => boolean) => string | null;

type Sighting = { name: number; seenAtS: number; conversation: number };

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

export const createNameFinder = (store: FactStore, by: ScorecardGroup, countsShadows: boolean): NameFinder => {
  if (by !== 'agent' && by !== 'queue') return () => null;
  const { tables, words, conversations } = store;
  const shadow = countsShadows ? 0 : flagBit(conversationFlags, 'isShadow');
  const flags = conversations.flags.array;
  const { segments, offers, consults, entries } = tables;
  type Source = { length: number; columns: Record<string, FactColumn>; time: FactColumn };
  const sources: Source[] = [
    { ...segments, time: segments.columns.endedAtS },
    { ...offers, time: offers.columns.seenAtS },
    { ...consults, time: consults.columns.acceptedAtS },
    ...(by === 'queue' ? [{ ...entries, time: entries.columns.enteredAtS }] : []),
  ];
  const single = new Map<number, number>();
  const several = new Map<number, Sighting[]>();
  const walk = (see: (code: number, name: number, source: Source, row: number, conversation: number) => void): void => {
    for (const source of sources) {
      const codes = source.columns[by]?.array;
      const names = source.columns[`${by}Name`]?.array;
      const owners = source.columns.conversation?.array;
      if (codes === undefined || names === undefined || owners === undefined) continue;
      for (let row = 0; row < source.length; row += 1) {
        const conversation = owners[row] as number;
        if (conversation === 0 || ((flags[conversation] as number) & shadow) !== 0) continue;
        see(codes[row] as number, names[row] as number, source, row, conversation);
      }
    }
  };
  walk((code, name) => {
    const known = single.get(code);
    if (known === undefined) single.set(code, name);
    else if (known !== name) several.set(code, []);
  });
  if (several.size > 0)
    walk((code, name, source, row, conversation) => {
      if (name !== 0) several.get(code)?.push({ name, seenAtS: getValue(source.time, row) ?? 0, conversation });
    });

  return (code, isFed) => {
    const sightings = several.get(code);
    if (sightings === undefined) {
      const name = single.get(code) ?? 0;
      return name === 0 ? null : (words.values[name] ?? null);
    }
    // The newest wins; between names seen at the same second the alphabet decides.
    let newest: { name: string; seenAtS: number } | null = null;
    for (const { name: nameCode, seenAtS, conversation } of sightings) {
      if (!isFed(conversation)) continue;
      const name = words.values[nameCode] ?? '';
      if (
        newest === null ||
        seenAtS > newest.seenAtS ||
        (seenAtS === newest.seenAtS && compareText(name, newest.name) < 0)
      )
        newest = { name, seenAtS };
    }
    return newest?.name ?? null;
  };
};
