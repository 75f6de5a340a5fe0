// Answers a query with the set of conversations it means. Every part of it is remembered, so that a refinement costs its
// own part alone; what is remembered lives through changes, of which it is told. Imports the columns and, for words and ids,
// the store's search.
import { type ContactField, flags, keyOf, type NumberField, type QueryNode } from '../search/ast.ts';
import { fold, foldId, foldPhone } from '../search/fold.ts';
import type { SearchStore } from '../store/search-store.ts';
import {
  andInto,
  andNotInto,
  type Bitset,
  clearBit,
  createBitset,
  hasBit,
  orInto,
  setBit,
  wordsFor,
} from './bitset.ts';
import { type CodeArray, type ColumnStore, NO_INTEGER } from './column-store.ts';
import { hashId, parts } from './columns.ts';
import { type Space, type SpaceName, spaceOfField } from './dimensions.ts';

/** Sets remembered at once: 125 KB each at a million conversations. */
const REMEMBERED = 64;
/** After so many changes what is remembered is sooner made anew. */
const MOST_CHANGES = 20_000;

type TextNode = Extract<QueryNode, { kind: 'text' }>;
type ValueNode = Extract<QueryNode, { kind: 'value' }>;
type NumberNode = Extract<QueryNode, { kind: 'number' }>;
type TimeNode = Extract<QueryNode, { kind: 'time' }>;

export type Evaluator = {
  /** The set must not be changed: it is remembered. */
  evaluate(node: QueryNode): Bitset;
  /** These conversations changed, came or went. */
  note(ids: readonly number[]): void;
  /** What values mean has changed: nothing remembered holds any more. */
  forget(): void;
};

/** `upTo`: how many of the changes it has seen. `take`: takes in the others; without it the set is made anew. */
type Remembered = { set: Bitset; upTo: number; take: Take | null };
type Take = (set: Bitset, ids: readonly number[]) => void;

export const createEvaluator = (
  store: ColumnStore,
  text: SearchStore,
  spaceOf: (name: SpaceName) => Space,
): Evaluator => {
  const remembered = new Map<string, Remembered>();
  /** The combinations of words that were looked for together, by their key. */
  const textSets = new Map<string, ReadonlySet<string>>();
  /** Conversations that changed, in turn. */
  let changed: number[] = [];

  const recall = (key: string): Bitset | undefined => {
    const kept = remembered.get(key);
    if (!kept) return undefined;
    // The one used last is forgotten last.
    remembered.delete(key);
    if (kept.upTo < changed.length) {
      if (kept.take === null) return undefined;
      if (kept.set.length < wordsFor(store.size)) {
        const longer = empty();
        longer.set(kept.set);
        kept.set = longer;
      }
      kept.take(kept.set, changed.slice(kept.upTo));
      kept.upTo = changed.length;
    }
    remembered.set(key, kept);
    return kept.set;
  };
  const remember = (key: string, set: Bitset, take: Take | null): Bitset => {
    remembered.set(key, { set, upTo: changed.length, take });
    if (remembered.size > REMEMBERED) {
      const oldest = remembered.keys().next().value as string;
      remembered.delete(oldest);
      textSets.delete(oldest);
    }
    return set;
  };
  /** Asks again of each that changed. */
  const takeEach =
    (makeTest: () => (id: number) => boolean): Take =>
    (set, ids) => {
      const isMeant = makeTest();
      for (const id of ids)
        if (hasBit(store.alive, id) && isMeant(id)) setBit(set, id);
        else clearBit(set, id);
    };

  const empty = (): Bitset => createBitset(store.size);
  const everything = (): Bitset => store.alive.slice(0, (store.size + 31) >>> 5);
  const setOf = (ids: ArrayLike<number>): Bitset => {
    const set = empty();
    for (let at = 0; at < ids.length; at += 1) setBit(set, ids[at] as number);
    // The full-text index holds nothing that the columns do not; what is not alive is in no answer all the same.
    andInto(set, store.alive);
    return set;
  };

  /** The conversations whose code is among the wanted ones. */
  const scanCodes = (codes: CodeArray, wanted: Uint8Array): Bitset => {
    const set = empty();
    const { size } = store;
    for (let w = 0, id = 0; id < size; w += 1) {
      let bits = 0;
      for (let b = 0; b < 32 && id < size; b += 1, id += 1) bits |= (wanted[codes[id] as number] as number) << b;
      set[w] = bits;
    }
    andInto(set, store.alive);
    return set;
  };

  /** Of a column, the codes that a value means, from 1 to `last`; 0 is nothing. */
  type MeantCodes = { codes: CodeArray; last: number; isMeant(code: number): boolean };
  /** One column for most fields: a conversation is meant when any of them says so. */
  const meantCodes = (node: ValueNode): MeantCodes[] => {
    const space = spaceOf(spaceOfField[node.field]);
    const groups = space.match(node.value, node.isExact);
    const isMeant = (code: number): boolean => code !== 0 && groups[space.groupOf[code] ?? -1] === 1;
    const { lists, terms } = store.columns;
    const ofTerms = (codes: CodeArray): MeantCodes => ({ codes, last: space.groupOf.length - 1, isMeant });
    switch (node.field) {
      case 'agent':
      case 'handled':
      case 'queue':
      case 'disposition':
      case 'skill':
      case 'outcome': {
        const { codes, dictionary } = lists[node.field];
        return [{ codes, last: dictionary.size, isMeant: (code) => dictionary.elementsOf(code).some(isMeant) }];
      }
      case 'status':
        return [ofTerms(terms.finalStatus), ofTerms(terms.smartStatus)];
      default:
        return [ofTerms(terms[node.field])];
    }
  };
  const evaluateValue = (node: ValueNode): Bitset => {
    const set = empty();
    for (const { codes, last, isMeant } of meantCodes(node)) {
      // A code beyond the dimension rows cannot occur in a consistent file; room for it all the same.
      const wanted = new Uint8Array(codes instanceof Uint16Array ? 0x10000 : last + 2);
      for (let code = 1; code <= Math.min(last, wanted.length - 1); code += 1) wanted[code] = Number(isMeant(code));
      orInto(set, scanCodes(codes, wanted));
    }
    return set;
  };
  const testValue = (node: ValueNode): ((id: number) => boolean) => {
    const columns = meantCodes(node);
    return (id) => columns.some(({ codes, isMeant }) => isMeant(codes[id] as number));
  };

  /** The values that a comparison means: from `low` to `high`, but for one. Unknown ones are never among them. */
  type Bounds = { field: NumberField | 'started'; low: number; high: number; except: number };
  const boundsOf = (node: NumberNode | TimeNode): Bounds => {
    if (node.kind === 'time') {
      const { fromS, toS } = node;
      const [low, high] = [fromS ?? Number.NEGATIVE_INFINITY, toS ?? Number.POSITIVE_INFINITY];
      return { field: 'started', low, high, except: toS ?? Number.NaN };
    }
    const { field, operator, value: asked } = node;
    const values = store.columns.numbers[field];
    const value = values instanceof Float32Array ? Math.fround(asked) : asked;
    const low = operator === '<' || operator === '<=' ? Number.NEGATIVE_INFINITY : value;
    const isStrict = operator === '<' || operator === '>';
    return {
      field,
      low: values instanceof Int32Array ? Math.max(low, NO_INTEGER + 1) : low,
      high: operator === '>' || operator === '>=' ? Number.POSITIVE_INFINITY : value,
      except: isStrict ? value : Number.NaN,
    };
  };
  const scanNumbers = ({ field, low, high, except }: Bounds): Bitset => {
    const values = store.columns.numbers[field];
    const set = empty();
    const { size } = store;
    for (let w = 0, id = 0; id < size; w += 1) {
      let bits = 0;
      for (let b = 0; b < 32 && id < size; b += 1, id += 1) {
        const value = values[id] as number;
        if (value >= low && value <= high && value !== except) bits |= 1 << b;
      }
      set[w] = bits;
    }
    andInto(set, store.alive);
    return set;
  };
  const testNumber = (node: NumberNode | TimeNode): ((id: number) => boolean) => {
    const { field, low, high, except } = boundsOf(node);
    const values = store.columns.numbers[field];
    return (id) => {
      const value = values[id] as number;
      return value >= low && value <= high && value !== except;
    };
  };

  /** The people whose folded text contains one of these in the right part. */
  const scanPeople = (mark: string, needles: readonly string[]): Bitset => {
    const { codes, dictionary } = store.columns.packed.people;
    const wanted = new Uint8Array(dictionary.size + 1);
    const markByte = mark.charCodeAt(0);
    for (const needle of needles)
      dictionary.forEachContaining(
        needle,
        (code) => {
          wanted[code] = 1;
        },
        (bytes, at) => {
          let back = at;
          while ((bytes[back] as number) > 4) back -= 1;
          return bytes[back] === markByte;
        },
      );
    return scanCodes(codes, wanted);
  };
  /** Conversations with this id in one of the columns: candidates by hash, compared by `isSame`. */
  const findIds = (
    value: string,
    columns: readonly (keyof ColumnStore['columns']['ids'])[],
    isSame: (ids: ReturnType<SearchStore['idsOf']>[number]) => boolean,
  ): Bitset => {
    const hash = hashId(value);
    const candidates: number[] = [];
    if (hash !== 0)
      for (const column of columns) {
        const hashes = store.columns.ids[column];
        for (let id = hashes.indexOf(hash); id >= 0 && id < store.size; id = hashes.indexOf(hash, id + 1))
          candidates.push(id);
      }
    return setOf(
      candidates.length === 0
        ? []
        : text
            .idsOf([...new Set(candidates)])
            .filter(isSame)
            .map(({ id }) => id),
    );
  };

  const evaluateContact = (field: ContactField, value: string): Bitset => {
    switch (field) {
      case 'customer': {
        const folded = fold(value).trim();
        const set = scanPeople(parts.customer, [folded]);
        orInto(
          set,
          findIds(
            value,
            ['user', 'channelUser'],
            ({ userId, channelUserId }) => fold(userId ?? '') === folded || fold(channelUserId ?? '') === folded,
          ),
        );
        return set;
      }
      case 'email':
        return scanPeople(parts.email, [fold(value).trim()]);
      case 'phone': {
        const digits = foldPhone(value);
        // A number written at home has a zero where one from abroad has the country.
        return scanPeople(parts.phone, /^0\d{6,}/.test(digits) ? [digits, digits.slice(1)] : [digits]);
      }
      case 'id': {
        if (value.endsWith('*')) return setOf(text.findByIdPrefix(value.slice(0, -1)));
        const folded = foldId(value);
        return findIds(
          value,
          ['key', 'session'],
          ({ key, sessionId }) => foldId(key) === folded || foldId(sessionId ?? '') === folded,
        );
      }
    }
  };

  const evaluateTag = (name: string, value: string | null): Bitset => {
    const { codes, dictionary } = store.columns.packed.tags;
    const wanted = new Uint8Array(dictionary.size + 1);
    const needle = `${parts.end}${name}${parts.customer}${value === null ? '' : `${value}${parts.end}`}`;
    dictionary.forEachContaining(needle, (code) => {
      wanted[code] = 1;
    });
    return scanCodes(codes, wanted);
  };

  const textKey = (nodes: readonly TextNode[]): string => `text ${nodes.map(keyOf).sort().join(' ')}`;
  /** Asks SQLite again, between the first and the last that changed: what a sync adds stands side by side. */
  const takeTexts =
    (nodes: readonly TextNode[]): Take =>
    (set, ids) => {
      let [first = 0] = ids;
      let last = first;
      for (const id of ids) {
        first = Math.min(first, id);
        last = Math.max(last, id);
      }
      for (const id of ids) clearBit(set, id);
      for (const id of text.findText(nodes, { first, last })) if (hasBit(store.alive, id)) setBit(set, id);
    };
  /** All of these words. Starts from the largest remembered combination of some of them; SQLite finds the rest at once. */
  const evaluateTexts = (nodes: readonly TextNode[]): Bitset => {
    const key = textKey(nodes);
    const known = recall(key);
    if (known) return known;
    let missing = new Map(nodes.map((node) => [keyOf(node), node]));
    const found: Bitset[] = [];
    const bySize = [...textSets].toSorted(([, a], [, b]) => b.size - a.size);
    for (const [knownKey, knownTexts] of bySize) {
      if (![...knownTexts].every((one) => missing.has(one))) continue;
      const set = recall(knownKey);
      if (!set) continue;
      found.push(set);
      missing = new Map([...missing].filter(([one]) => !knownTexts.has(one)));
    }
    const rest = [...missing.values()];
    if (rest.length > 0) {
      const set = setOf(text.findText(rest));
      if (found.length === 0) {
        textSets.set(key, new Set(nodes.map(keyOf)));
        return remember(key, set, takeTexts(nodes));
      }
      const restKey = textKey(rest);
      textSets.set(restKey, new Set(rest.map(keyOf)));
      found.push(remember(restKey, set, takeTexts(rest)));
    }
    const [first, ...others] = found;
    const set = (first as Bitset).slice();
    for (const other of others) andInto(set, other);
    textSets.set(key, new Set(nodes.map(keyOf)));
    return remember(key, set, takeTexts(nodes));
  };

  const compute = (node: QueryNode): Bitset => {
    switch (node.kind) {
      case 'all':
        return everything();
      case 'text':
        return evaluateTexts([node]);
      case 'and': {
        const texts = node.nodes.filter((part) => part.kind === 'text');
        const unwanted = node.nodes.filter((part) => part.kind === 'not');
        const rest = node.nodes.filter((part) => part.kind !== 'text' && part.kind !== 'not');
        const set = texts.length > 0 ? evaluateTexts(texts).slice() : everything();
        for (const part of rest) andInto(set, evaluate(part));
        for (const part of unwanted) andNotInto(set, evaluate(part.node));
        return set;
      }
      case 'or': {
        const set = empty();
        for (const part of node.nodes) orInto(set, evaluate(part));
        return set;
      }
      case 'not': {
        const set = everything();
        andNotInto(set, evaluate(node.node));
        return set;
      }
      case 'value':
        return evaluateValue(node);
      case 'number':
      case 'time':
        return scanNumbers(boundsOf(node));
      case 'tag':
        return evaluateTag(node.name, node.value);
      case 'contact':
        return evaluateContact(node.field, node.value);
      case 'flag': {
        const bit = 1 << flags.indexOf(node.flag);
        const wanted = new Uint8Array(1 << flags.length);
        for (let bits = 0; bits < wanted.length; bits += 1) wanted[bits] = Number((bits & bit) !== 0);
        return scanCodes(store.columns.flags, wanted);
      }
    }
  };

  /** How the set of a part takes in changes. Sets made of others are sooner made of them again. */
  const takeFor = (node: QueryNode): Take | null => {
    switch (node.kind) {
      case 'value':
        return takeEach(() => testValue(node));
      case 'number':
      case 'time':
        return takeEach(() => testNumber(node));
      case 'flag': {
        const bit = 1 << flags.indexOf(node.flag);
        return takeEach(
          () =>
            (id): boolean =>
              ((store.columns.flags[id] as number) & bit) !== 0,
        );
      }
      default:
        return null;
    }
  };

  const evaluate = (node: QueryNode): Bitset => {
    if (node.kind === 'text') return evaluateTexts([node]);
    const key = keyOf(node);
    return recall(key) ?? remember(key, compute(node), takeFor(node));
  };

  const forget = (): void => {
    remembered.clear();
    textSets.clear();
    changed = [];
  };
  return {
    evaluate,
    note(ids) {
      if (changed.length + ids.length > MOST_CHANGES) forget();
      else for (const id of ids) changed.push(id);
    },
    forget,
  };
};
