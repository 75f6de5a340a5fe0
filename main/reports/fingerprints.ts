// What an issued report remembers of the conversations behind its figures: for each one a few short salted hashes, enough
// to say later what has changed, and nothing that can be read back. Owns their form. May import Node's crypto and zlib
// and the model.
//
// Every hash is of the salt, the conversation's key and the part, so that without the key not even a score of 1 to 5 can
// be found by trying. Keys are 8 bytes: among 10 million conversations two share one with a chance of 1 in 370,000.
import { hash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../preload/contract/errors.ts';
import type { ChangeKind } from '../../preload/contract/report.ts';
import type { ConversationRecord, StoredConversation } from '../model.ts';

/** Goes up when a part or its form changes: older fingerprints then say nothing about newer ones. */
const VERSION = 1;
const HEADER_BYTES = 5;
const KEY_BYTES = 8;
const PART_BYTES = 4;
const PARTS = 3;
const ROW_BYTES = KEY_BYTES + PARTS * PART_BYTES + 1;

type Fingerprint = {
  /** Hex of 8 bytes. */
  keyHash: string;
  /** Hex of 4 bytes each; zeros when there is no survey, no disposition. */
  survey: string;
  disposition: string;
  rest: string;
  isOpen: boolean;
};
const NONE = '00'.repeat(PART_BYTES);

export const hashKey = (salt: Uint8Array, key: string): string =>
  hash('sha256', Buffer.concat([salt, Buffer.from(`key\0${key}`)]), 'hex').slice(0, KEY_BYTES * 2);

const hashPart = (salt: Uint8Array, key: string, part: string, value: unknown): string =>
  hash('sha256', Buffer.concat([salt, Buffer.from(`${part}\0${key}\0${JSON.stringify(value)}`)]), 'hex').slice(
    0,
    PART_BYTES * 2,
  );

const takeFingerprint = (salt: Uint8Array, conversation: ConversationRecord): Fingerprint => {
  // Where a record was stored and which endpoints named it is no part of what it says.
  const { id, sources, ...record } = conversation as StoredConversation;
  const {
    key,
    isOpen,
    surveyType,
    csatScore,
    npsScore,
    likeDislikeScore,
    csatFeedback,
    dispositions,
    dispositionRemarks,
    ...rest
  } = record;
  const survey = [surveyType, csatScore, npsScore, likeDislikeScore, csatFeedback];
  const wrapUp = [dispositions, dispositionRemarks];
  return {
    keyHash: hashKey(salt, key),
    survey: survey.every((part) => part === null) ? NONE : hashPart(salt, key, 'survey', survey),
    disposition: wrapUp.every((part) => part?.length === 0) ? NONE : hashPart(salt, key, 'disposition', wrapUp),
    rest: hashPart(salt, key, 'rest', rest),
    isOpen,
  };
};

/** In columns, in the order of the key hashes: conversations without a survey then take no room. */
const pack = (prints: readonly Fingerprint[]): Uint8Array => {
  const sorted = prints.toSorted((a, b) => (a.keyHash < b.keyHash ? -1 : 1));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(VERSION, 0);
  header.writeUInt32LE(sorted.length, 1);
  const columns = (['keyHash', 'survey', 'disposition', 'rest'] as const).map((name) =>
    Buffer.from(sorted.map((print) => print[name]).join(''), 'hex'),
  );
  const flags = Uint8Array.from(sorted, (print) => Number(print.isOpen));
  return zstdCompressSync(Buffer.concat([header, ...columns, flags]));
};

const unpack = (packed: Uint8Array): Fingerprint[] | null => {
  const bytes = zstdDecompressSync(packed);
  if (bytes.readUInt8(0) !== VERSION) return null;
  const count = bytes.readUInt32LE(1);
  if (bytes.length !== HEADER_BYTES + count * ROW_BYTES)
    throw new AppError('db_corrupt', 'What was kept of this issued report is damaged.');
  let at = HEADER_BYTES;
  const column = (width: number): string[] => {
    const start = at;
    at += count * width;
    return Array.from({ length: count }, (_, n) => bytes.toString('hex', start + n * width, start + (n + 1) * width));
  };
  const keyHashes = column(KEY_BYTES);
  const surveys = column(PART_BYTES);
  const dispositions = column(PART_BYTES);
  const rests = column(PART_BYTES);
  return keyHashes.map((keyHash, n) => ({
    keyHash,
    survey: surveys[n] ?? NONE,
    disposition: dispositions[n] ?? NONE,
    rest: rests[n] ?? NONE,
    isOpen: bytes[at + n] === 1,
  }));
};

/** Packed fingerprints of these conversations: 21 bytes each, less where there is no survey. */
export const packFingerprints = (salt: Uint8Array, conversations: Iterable<ConversationRecord>): Uint8Array => {
  const prints: Fingerprint[] = [];
  for (const conversation of conversations) prints.push(takeFingerprint(salt, conversation));
  return pack(prints);
};

/** Without the conversations of these keys: what a user had forgotten must leave no trace. */
export const removeKeys = (
  packed: Uint8Array,
  salt: Uint8Array,
  keys: readonly string[],
): { packed: Uint8Array; removed: number } => {
  const prints = unpack(packed);
  // Of a form this program cannot read nothing can be taken out, so that all of it must go.
  if (prints === null) return { packed: pack([]), removed: keys.length };
  const unwanted = new Set(keys.map((key) => hashKey(salt, key)));
  const kept = prints.filter((print) => !unwanted.has(print.keyHash));
  return { packed: kept.length === prints.length ? packed : pack(kept), removed: prints.length - kept.length };
};

export type FoundChange = { conversation: ConversationRecord; changes: ChangeKind[] };
export type Comparison = {
  isComparable: boolean;
  counts: Record<ChangeKind, number>;
  /** Conversations that have changed in any way; those that are gone are not in it. */
  total: number;
  gone: number;
  /** In the order in which the conversations came, at most `limit`. */
  changed: FoundChange[];
};

const findChanges = (before: Fingerprint, after: Fingerprint): ChangeKind[] => {
  const isClosed = before.isOpen && !after.isOpen;
  const changes: ChangeKind[] = [];
  if (isClosed) changes.push('closed');
  if (before.survey !== after.survey) changes.push('survey');
  // Closing brings the disposition and the end of every segment: that is one change, not three.
  if (!isClosed && before.disposition !== after.disposition) changes.push('disposition');
  if (!isClosed && (before.rest !== after.rest || before.isOpen !== after.isOpen)) changes.push('other');
  return changes;
};

/** What these conversations have done since the fingerprints were taken. Each may come once only. */
export const compareFingerprints = (
  packed: Uint8Array,
  salt: Uint8Array,
  conversations: Iterable<ConversationRecord>,
  limit: number,
): Comparison => {
  const counts: Record<ChangeKind, number> = { appeared: 0, closed: 0, survey: 0, disposition: 0, other: 0 };
  const prints = unpack(packed);
  if (prints === null) return { isComparable: false, counts, total: 0, gone: 0, changed: [] };
  const before = new Map(prints.map((print) => [print.keyHash, print]));
  const changed: FoundChange[] = [];
  let total = 0;
  for (const conversation of conversations) {
    const print = takeFingerprint(salt, conversation);
    const old = before.get(print.keyHash);
    before.delete(print.keyHash);
    const changes: ChangeKind[] = old === undefined ? ['appeared'] : findChanges(old, print);
    for (const change of changes) counts[change] += 1;
    if (changes.length > 0) total += 1;
    if (changes.length > 0 && changed.length < limit) changed.push({ conversation, changes });
  }
  return { isComparable: true, counts, total, gone: before.size, changed };
};
