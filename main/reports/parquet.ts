// One Parquet file as a stream of row groups: typed columns, zstd, one row group in memory at a time. Owns which type a
// column has. May import hyparquet-writer and Node's zlib.
//
// Text is STRING, times TIMESTAMP in UTC to the millisecond, whole numbers INT64, scores DOUBLE, flags BOOLEAN; every
// column may be null. Nothing is guarded against formulas here: no spreadsheet runs a typed cell.
import { zstdCompressSync } from 'node:zlib';
import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { CsvColumn } from './csv.ts';

/** Rows in one row group. Enough for columns to compress, few enough that a group of long notes stays near 50 MB. */
const GROUP_ROWS = 20_000;

export type ParquetFile<Row> = {
  /** Writes a row group whenever enough rows have come. */
  add(rows: Iterable<Row>): Promise<void>;
  /** Writes what is left and the footer; without it the bytes are no Parquet file. */
  finish(): Promise<void>;
};

type Cell = string | number | bigint | boolean | null;

const elementOf = <Row>({ name, kind }: CsvColumn<Row>): SchemaElement => {
  const common = { name, repetition_type: 'OPTIONAL' } as const;
  switch (kind) {
    case 'text':
      return { ...common, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    case 'time':
      return {
        ...common,
        type: 'INT64',
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      };
    case 'integer':
      return { ...common, type: 'INT64' };
    case 'number':
      return { ...common, type: 'DOUBLE' };
    case 'boolean':
      return { ...common, type: 'BOOLEAN' };
  }
};

/** Throws RangeError when a number is not what its column says, for a wrong figure must not pass. */
const toCell = <Row>(column: CsvColumn<Row>, row: Row): Cell => {
  const value = column.value(row);
  if (value === null) return null;
  switch (column.kind) {
    case 'time': {
      const epochMs = Date.parse(value as string);
      if (Number.isNaN(epochMs)) throw new RangeError(`The column ${column.name} holds a time that cannot be read.`);
      return BigInt(epochMs);
    }
    case 'integer':
      if (!Number.isSafeInteger(value)) {
        throw new RangeError(`The column ${column.name} holds a number that is not whole.`);
      }
      return BigInt(value as number);
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`The column ${column.name} holds a number that is not finite.`);
      return value;
    default:
      return value;
  }
};

/** Starts a file; `write` gets its bytes in order. */
export const createParquetFile = <Row>(
  columns: readonly CsvColumn<Row>[],
  write: (bytes: Uint8Array) => Promise<void>,
): ParquetFile<Row> => {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)],
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input) },
    createdBy: 'Afterword',
  });
  let cells: Cell[][] = columns.map(() => []);
  let count = 0;

  // The writer's own count of bytes goes on, for the footer names places in the file; its buffer starts again.
  const flush = async (): Promise<void> => {
    const part = bytes.getBytes().slice();
    bytes.index = 0;
    if (part.length > 0) await write(part);
  };
  const writeGroup = async (): Promise<void> => {
    if (count === 0) return;
    const columnData: ColumnSource[] = columns.map(({ name }, index) => ({ name, data: cells[index] ?? [] }));
    cells = columns.map(() => []);
    file.write({ columnData, rowGroupSize: count });
    count = 0;
    await flush();
  };

  return {
    async add(rows) {
      for (const row of rows) {
        columns.forEach((column, index) => {
          cells[index]?.push(toCell(column, row));
        });
        count += 1;
        if (count === GROUP_ROWS) await writeGroup();
      }
    },
    async finish() {
      await writeGroup();
      file.finish();
      await flush();
    },
  };
};
