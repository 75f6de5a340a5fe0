import { zstdDecompressSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { expect, test } from 'vitest';
import type { CsvColumn } from '../../../main/reports/csv.ts';
import { createExportFile } from '../../../main/reports/export.ts';
import { conversationColumns, segmentColumns, segmentRows } from '../../../main/reports/flatten.ts';
import { createParquetFile } from '../../../main/reports/parquet.ts';
import { makeConversation } from './sample-conversation.ts';

const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };

const collect = () => {
  const parts: Uint8Array[] = [];
  const write = async (bytes: Uint8Array): Promise<void> => {
    parts.push(bytes);
  };
  const bytes = (): ArrayBuffer => new Uint8Array(Buffer.concat(parts)).buffer;
  return { parts, write, bytes };
};
const read = (file: ArrayBuffer): Promise<Record<string, unknown>[]> => parquetReadObjects({ file, compressors });

/** What a column holds, as a reader of the file sees it. */
const seen = <Row>(columns: readonly CsvColumn<Row>[], row: Row): Record<string, unknown> =>
  Object.fromEntries(
    columns.map((column) => {
      const value = column.value(row);
      if (value === null) return [column.name, null];
      if (column.kind === 'time') return [column.name, new Date(value as string)];
      return [column.name, column.kind === 'integer' ? BigInt(value as number) : value];
    }),
  );

test('a conversation comes back as it went in, each column with its type', async () => {
  const { write, bytes } = collect();
  const conversation = makeConversation();
  const file = createExportFile('conversations', 'parquet', null, write);
  expect(await file.add([conversation])).toBe(1);
  await file.finish();
  const expected = seen(conversationColumns, conversation);
  expect(await read(bytes())).toEqual([expected]);
  expect(expected).toMatchObject({ startedAt: expect.any(Date), handledCount: 2n, isShadow: false });
  const elements = new Map(
    parquetSchema(parquetMetadata(bytes())).children.map(({ element }) => [element.name, element]),
  );
  expect(elements.get('startedAt')).toMatchObject({
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  });
  expect(elements.get('interactionSeconds')).toMatchObject({ type: 'INT64' });
  expect(elements.get('csatScore')).toMatchObject({ type: 'DOUBLE' });
  expect(elements.get('isOpen')).toMatchObject({ type: 'BOOLEAN' });
  expect(elements.get('key')).toMatchObject({ type: 'BYTE_ARRAY', converted_type: 'UTF8' });
});

test('segments come back too, and nothing is guarded against formulas', async () => {
  const { write, bytes } = collect();
  const conversation = makeConversation();
  const file = createExportFile('segments', 'parquet', null, write);
  await file.add([conversation]);
  await file.finish();
  expect(await read(bytes())).toEqual([...segmentRows(conversation)].map((row) => seen(segmentColumns, row)));

  const text = collect();
  const plain = createParquetFile([{ name: 'text', kind: 'text', value: (row: string) => row }], text.write);
  await plain.add(['=1+1', '+12025550114', 'naïve 😀', '']);
  await plain.finish();
  expect(await read(text.bytes())).toEqual(['=1+1', '+12025550114', 'naïve 😀', ''].map((row) => ({ text: row })));
});

test('a masked export holds pseudonyms', async () => {
  const { write, bytes } = collect();
  const conversation = makeConversation();
  const file = createExportFile('conversations', 'parquet', 'salt', write);
  await file.add([conversation]);
  await file.finish();
  const [row] = await read(bytes());
  expect(row?.customerPhone).toMatch(/^phone-/);
  expect(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value))).not.toContain(
    '555-0143',
  );
});

test('many rows leave in row groups, in order, a bounded number in memory', async () => {
  const { parts, write, bytes } = collect();
  const columns: CsvColumn<number>[] = [
    { name: 'n', kind: 'integer', value: (n) => n },
    { name: 'even', kind: 'boolean', value: (n) => n % 2 === 0 },
    { name: 'half', kind: 'number', value: (n) => (n % 3 === 0 ? null : n / 2) },
  ];
  const file = createParquetFile(columns, write);
  const numbers = Array.from({ length: 45_000 }, (_, n) => n);
  await file.add(numbers.slice(0, 20_001));
  expect(parts).toHaveLength(1);
  await file.add(numbers.slice(20_001));
  await file.finish();
  expect(parquetMetadata(bytes()).row_groups.map((group) => Number(group.num_rows))).toEqual([20_000, 20_000, 5000]);
  expect(await read(bytes())).toEqual(
    numbers.map((n) => ({ n: BigInt(n), even: n % 2 === 0, half: n % 3 === 0 ? null : n / 2 })),
  );
});

test('no rows are still a file with its columns', async () => {
  const { write, bytes } = collect();
  await createExportFile('queue-entries', 'parquet', null, write).finish();
  expect(await read(bytes())).toEqual([]);
  expect(parquetSchema(parquetMetadata(bytes())).children.map(({ element }) => element.name)).toContain('enteredAt');
});

test.each([
  ['integer', 1.5],
  ['number', Number.POSITIVE_INFINITY],
  ['time', 'yesterday'],
] as const)('a wrong %s is refused, by the name of its column', async (kind, value) => {
  const column = { name: 'wrong', kind, value: () => value } as unknown as CsvColumn<null>;
  await expect(createParquetFile([column], async () => undefined).add([null])).rejects.toThrow(/wrong/);
});
