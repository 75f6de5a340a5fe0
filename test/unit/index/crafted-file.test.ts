// A saved index whose sums are right and whose header makes no sense: it is no index, and one is made of the cache instead.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { openArrays, packArrays } from '../../../main/index/array-file.ts';
import { createColumnStore } from '../../../main/index/column-store.ts';
import { packFacts, readFacts } from '../../../main/index/fact-persist.ts';
import { createFactStore } from '../../../main/index/fact-store.ts';
import { packIndex, readIndex } from '../../../main/index/persist.ts';
import { useTempDir } from '../../support/temp-dir.ts';

type Header = Record<string, unknown> & { sections: Record<string, unknown>[] };

/** The same file with another header under a right sum. */
const withHeader = (parts: readonly Uint8Array[], change: (header: Header) => void): Buffer => {
  const header = JSON.parse(Buffer.from(parts[2] ?? []).toString('utf8')) as Header;
  change(header);
  const line = Buffer.from(JSON.stringify(header));
  const prefix = `afterword-index ${String(line.length).padStart(12, '0')} ${crc32(line).toString(16).padStart(8, '0')}`;
  return Buffer.concat([Buffer.from(prefix), line, ...parts.slice(3)]);
};
const write = (bytes: Uint8Array): string => {
  const path = join(useTempDir(), 'search-index.bin');
  writeFileSync(path, bytes);
  return path;
};
const point = { seq: 1, nonce: 2 };

test.each<[string, (header: Header) => void]>([
  ['no sections', (header) => Object.assign(header, { sections: null })],
  ['an empty section', (header) => Object.assign(header, { sections: [null] })],
  ['a type that is none', (header) => Object.assign(header.sections[0] ?? {}, { type: 'constructor' })],
  ['a length below nothing', (header) => Object.assign(header.sections[0] ?? {}, { length: -1 })],
  ['a length in words', (header) => Object.assign(header.sections[0] ?? {}, { length: '9' })],
  ['a length beyond the file', (header) => Object.assign(header.sections[0] ?? {}, { length: 2 ** 50 })],
])('arrays with %s are none', (_what, change) => {
  const parts = [...packArrays({ form: 1 }, [['a', Uint32Array.of(1, 2, 3)]], null)];
  expect(openArrays(write(withHeader(parts, () => undefined)), () => true, null)?.take('a')).toEqual(
    Uint32Array.of(1, 2, 3),
  );
  expect(openArrays(write(withHeader(parts, change)), () => true, null)).toBeNull();
});

const sharedChanges: [string, (header: Header) => void][] = [
  ['no words', (header) => Object.assign(header, { words: null })],
  ['no place in the log', (header) => Object.assign(header, { point: null })],
  ['a place in words', (header) => Object.assign(header, { point: { seq: 'x', nonce: null } })],
];

test.each<[string, (header: Header) => void]>([
  ...sharedChanges,
  ['room for billions', (header) => Object.assign(header, { size: 4e9 })],
  ['more conversations than places', (header) => Object.assign(header, { count: 4e9 })],
])('an index with %s is none', (_what, change) => {
  const parts = [...packIndex(createColumnStore(), 'this cache', point, null)];
  const sound = readIndex(write(withHeader(parts, () => undefined)), 'this cache', null);
  expect(sound?.point).toEqual(point);
  sound?.close();
  expect(readIndex(write(withHeader(parts, change)), 'this cache', null)).toBeNull();
});

test.each(sharedChanges)('facts with %s are none', (_what, change) => {
  const parts = [...packFacts(createFactStore(), { identity: 'this cache', point, learnedNames: '' }, null)];
  const sound = readFacts(write(withHeader(parts, () => undefined)), 'this cache', createFactStore(), null);
  expect(sound?.point).toEqual(point);
  sound?.close();
  expect(readFacts(write(withHeader(parts, change)), 'this cache', createFactStore(), null)).toBeNull();
});
