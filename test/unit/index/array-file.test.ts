// Arrays in a sealed file: as they were, under their own key only, and never after any byte has changed.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openArrays, packArrays } from '../../../main/index/array-file.ts';
import type { NumberArray } from '../../../main/index/growable.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const header = { words: ['5550177', 'quill'] };
const arrays: [string, NumberArray][] = [
  ['bytes', Uint8Array.from({ length: 70_000 }, (_, index) => index % 251)],
  ['empty', new Float64Array(0)],
  ['numbers', Int32Array.from([5, -3, 2_000_000_000])],
  // More than is decrypted at once.
  ['long', Float64Array.from({ length: 80_000 }, (_, index) => index / 3)],
];
const pack = (key: Uint8Array | null): Buffer => Buffer.concat([...packArrays(header, arrays, key)]);

test('are read as they were, in any order; other keys and the other kind of file are none', () => {
  const path = join(useTempDir(), 'x.bin');
  const key = randomBytes(32);
  writeFileSync(path, pack(key));
  const opened = openArrays<typeof header>(path, ({ words }) => words[1] === 'quill', key);
  for (const [name, array] of arrays.toReversed()) expect(opened?.take(name)).toEqual(array);
  expect(opened?.isLost()).toBe(false);
  for (const other of [randomBytes(32), null]) expect(openArrays(path, () => true, other)).toBeNull();
  writeFileSync(path, pack(null));
  expect(openArrays(path, () => true, key)).toBeNull();
  expect(openArrays(path, () => true, null)).not.toBeNull();
});

test('show nothing of what is in them, and are other bytes each time', () => {
  const key = randomBytes(32);
  const [one, other] = [pack(key), pack(key)];
  for (const sealed of [one, other])
    for (const word of ['5550177', 'quill', 'numbers', 'sections']) expect(sealed.includes(word)).toBe(false);
  expect(pack(null).includes('quill')).toBe(true);
  expect(one.subarray(100).equals(other.subarray(100))).toBe(false);
});

test('any changed byte and a missing end, make it no file', () => {
  const path = join(useTempDir(), 'x.bin');
  const key = randomBytes(32);
  const whole = pack(key);
  const places = [
    0,
    20,
    30,
    40,
    60,
    70,
    100,
    200,
    1000,
    50_000,
    whole.length - 640_100,
    whole.length - 17,
    whole.length - 1,
  ];
  for (const at of places) {
    const broken = Buffer.from(whole);
    broken.writeUInt8(broken.readUInt8(at) ^ 1, at);
    writeFileSync(path, broken);
    expect(
      openArrays(path, () => true, key),
      `byte ${at}`,
    ).toBeNull();
  }
  for (const length of [0, 10, 37, 50, 90, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, length));
    expect(
      openArrays(path, () => true, key),
      `${length} bytes`,
    ).toBeNull();
  }
});

test('what is changed behind the look at it is given up, not believed', () => {
  const path = join(useTempDir(), 'x.bin');
  const key = randomBytes(32);
  const whole = pack(key);
  writeFileSync(path, whole);
  const opened = openArrays(path, () => true, key);
  whole.writeUInt8(whole.readUInt8(whole.length - 400) ^ 1, whole.length - 400);
  writeFileSync(path, whole, { flag: 'r+' });
  expect(() => opened?.take('long')).toThrow(/changed while it was in use/);
  expect(opened?.isLost()).toBe(true);
});
