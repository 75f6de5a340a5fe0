// DuckDB over what the product exports as Parquet: the peer of search and scorecard. Its tables are in memory, loaded before
// anything is timed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { runExport } from '../../main/services/exporting.ts';
import type { QueryHandlers } from '../../main/workers/query-worker.ts';
import type { WorkerClient } from '../../main/workers/rpc.ts';
import { benchDir } from './data.ts';

export type Duck = {
  rows(sql: string): Promise<Record<string, unknown>[]>;
  close(): void;
};

const kinds = ['conversations', 'segments'] as const;

/** Folders of Parquet, one for each kind, made once. */
export const ensureLake = async (conversations: number, client: WorkerClient<QueryHandlers>): Promise<string> => {
  const lake = join(benchDir, `lake-${conversations}`);
  for (const what of kinds) {
    const out = `${lake}-${what}`;
    if (existsSync(out)) continue;
    await runExport(
      client,
      { what, format: 'parquet', out, query: { kind: 'all' }, maskSalt: null },
      { writeStdout: undefined, signal: new AbortController().signal, onProgress: () => undefined },
    );
  }
  return lake;
};

/** `text` is what a word is looked for in: folded to words between single blanks, so that a whole word can be found in it. */
const loadSql = (lake: string): string => `
  CREATE TABLE conversations AS SELECT *,
      ' ' || regexp_replace(lower(coalesce(notes, '')), '[^a-z0-9]+', ' ', 'g') || ' ' AS text
    FROM read_parquet('${lake}-conversations/*/*.parquet', hive_partitioning = true) ORDER BY startedAt;
  CREATE TABLE segments AS SELECT * FROM read_parquet('${lake}-segments/*/*.parquet', hive_partitioning = true);
  CREATE TABLE asked AS SELECT DISTINCT conversationKey, agentId FROM segments WHERE agentId IS NOT NULL;`;

export const openDuck = async (lake: string): Promise<Duck> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection: DuckDBConnection = await instance.connect();
  await connection.run(loadSql(lake));
  return {
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS(),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
};
