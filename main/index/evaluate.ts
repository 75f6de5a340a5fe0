// Answers a query with the set of conversations it means. Every part of it is remembered, so that a refinement costs its
// own part alone. Imports the columns and, for words and ids, the store's search.
import { type ContactField, flags, keyOf, type NumberField, type QueryNode } from '../search/ast.ts';
import { fold, foldId, foldPhone } from '../search/fold.ts';
import type { SearchStore } from '../store/search-store.ts';
import { andInto, andNotInto, type Bitset, createBitset, orInto, setBit } from './bitset.ts';
import { type CodeArray, type ColumnStore, NO_INTEGER } from './column-store.ts';
import { hashId, parts } from './columns.ts';
import { type Space, type SpaceName, spaceOfField } from './dimensions.ts';

/** Sets remembered at once: 125 KB each at a million conversations. */
const REMEMBERED = 64;

type TextNode = Extract<QueryNode, { kind: 'text' }>;
type ValueNode = Extract<QueryNode, { kind: 'value' }>;
type NumberNode = Extract<QueryNode, { kind: 'number' }>;

export type Evaluator = {
  /** The set must not be changed: it is remembered. */
  evaluate(node: QueryNode): Bitset;
  /** Something changed: nothing remembered holds any more. */
  forget(): void;
};

export const createEvaluator = (
  store: ColumnStore,
  text: SearchStore,
  spaceOf: (name: SpaceName) => Space,
): Evaluator => {
  const remembered = new Map<string, Bitset>();
  /** The combinations of words that were looked for together, by their key. */
  const textSets = new Map<string, ReadonlySet<string>>();

  const recall = (key: string): Bitset | undefined => {
    const set = remembered.get(key);
    if (set) {
      // The one used last is forgotten last.
      remembered.delete(key);
      remembered.set(key, set);
    }
    return set;
  };
  const remember = (key: string, set: Bitset): Bitset => {
    remembered.set(key, set);
    if (remembered.size > REMEMBERED) {
      const oldest = remembered.keys().next().value as string;
      remembered.delete(oldest);
      textSets.delete(oldest);
    }
    return set;
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

  const evaluateValue = (node: ValueNode): Bitset => {
    const space = spaceOf(spaceOfField[node.field]);
    const groups = space.match(node.value, node.isExact);
    const isMeant = (code: number): boolean => groups[space.groupOf[code] ?? -1] === 1;
    const { lists, terms } = store.columns;
    const scanTerms = (codes: CodeArray): Bitset => {
      // A code beyond the dimension rows cannot occur in a consistent file; room for it all the same.
      const wanted = new Uint8Array(codes instanceof Uint16Array ? 0x10000 : space.groupOf.length + 1);
      for (let code = 1; code < Math.min(wanted.length, space.groupOf.length); code += 1)
        wanted[code] = Number(isMeant(code));
      return scanCodes(codes, wanted);
    };
    switch (node.field) {
      case 'agent':
      case 'handled':
      case 'queue':
      case 'disposition':
      case 'skill':
      case 'outcome': {
        const { codes, dictionary } = lists[node.field];
        const wanted = new Uint8Array(dictionary.size + 1);
        for (let code = 1; code <= dictionary.size; code += 1)
          wanted[code] = Number(dictionary.elementsOf(code).some(isMeant));
        return scanCodes(codes, wanted);
      }
      case 'status': {
        const set = scanTerms(terms.finalStatus);
        orInto(set, scanTerms(terms.smartStatus));
        return set;
      }
      default:
        return scanTerms(terms[node.field]);
    }
  };

  const scanNumbers = (field: NumberField | 'started', low: number, high: number, except: number): Bitset => {
    const values = store.columns.numbers[field];
    const lowest = values instanceof Int32Array ? Math.max(low, NO_INTEGER + 1) : low;
    const set = empty();
    const { size } = store;
    for (let w = 0, id = 0; id < size; w += 1) {
      let bits = 0;
      for (let b = 0; b < 32 && id < size; b += 1, id += 1) {
        const value = values[id] as number;
        if (value >= lowest && value <= high && value !== except) bits |= 1 << b;
      }
      set[w] = bits;
    }
    andInto(set, store.alive);
    return set;
  };
  const evaluateNumber = ({ field, operator, value: asked }: NumberNode): Bitset => {
    const value = store.columns.numbers[field] instanceof Float32Array ? Math.fround(asked) : asked;
    const isStrict = operator === '<' || operator === '>';
    return scanNumbers(
      field,
      operator === '<' || operator === '<=' ? Number.NEGATIVE_INFINITY : value,
      operator === '>' || operator === '>=' ? Number.POSITIVE_INFINITY : value,
      isStrict ? value : Number.NaN,
    );
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
        return remember(key, set);
      }
      const restKey = textKey(rest);
      textSets.set(restKey, new Set(rest.map(keyOf)));
      found.push(remember(restKey, set));
    }
    const [first, ...others] = found;
    const set = (first as Bitset).slice();
    for (const other of others) andInto(set, other);
    textSets.set(key, new Set(nodes.map(keyOf)));
    return remember(key, set);
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
        return evaluateNumber(node);
      case 'tag':
        return evaluateTag(node.name, node.value);
      case 'contact':
        return evaluateContact(node.field, node.value);
      case 'time':
        return scanNumbers(
          'started',
          node.fromS ?? Number.NEGATIVE_INFINITY,
          node.toS ?? Number.POSITIVE_INFINITY,
          node.toS ?? Number.NaN,
        );
      case 'flag': {
        const bit = 1 << flags.indexOf(node.flag);
        const wanted = new Uint8Array(1 << flags.length);
        for (let bits = 0; bits < wanted.length; bits += 1) wanted[bits] = Number((bits & bit) !== 0);
        return scanCodes(store.columns.flags, wanted);
      }
    }
  };

  const evaluate = (node: QueryNode): Bitset => {
    if (node.kind === 'text') return evaluateTexts([node]);
    const key = keyOf(node);
    return recall(key) ?? remember(key, compute(node));
  };

  return {
    evaluate,
    forget() {
      remembered.clear();
      textSets.clear();
    },
  };
};
