// Where library.db names a customer: in the queries of saved searches, of report definitions and of issued reports, and in
// what those are called. Forgetting a customer takes all of it away. May import the store's types.
import type { Db } from './open.ts';
import { inTransaction } from './open.ts';

/** Stands in the place of a filter that named a customer: the report can be looked up, and not be made again. */
export const forgottenFilter = '(forgotten)';

export type CustomerMentions = {
  /** Removes saved searches, definitions and their schedules; what an issued report was narrowed to is blanked. */
  forget(workspaceId: string, customer: string): void;
};

const bare = (text: string): string => text.toLowerCase().replace(/[\s().+-]/g, '');
/** Shorter numbers may be part of anything. */
const leastDigits = 9;

/**
 * Whether a text has the customer in it, written in any case, a number with any spaces and dashes and with or without its
 * country code.
 */
export const createMentionTest = (customer: string): ((text: string) => boolean) => {
  const wanted = bare(customer);
  const number = /^\d+$/.test(wanted) && wanted.length >= leastDigits ? wanted : null;
  return (text) => {
    const plain = bare(text);
    if (wanted !== '' && plain.includes(wanted)) return true;
    const runs = number === null ? [] : (plain.match(/\d+/g) ?? []);
    return runs.some((run) => run.length >= leastDigits && number !== null && number.endsWith(run));
  };
};

type DefinitionRow = { id: number; name: string; filters: string };
type IssueRow = { id: number; definition: string | null; request: string; files: string };
type Kept = { filters?: Record<string, string | number | boolean> };
type File = { name: string; path: string; format: string };

const valuesOf = (filters: Kept['filters'] = {}): string => Object.values(filters).map(String).join('\n');

export const createCustomerMentions = (db: Db): CustomerMentions => {
  const selectSearches = db.prepare('SELECT name, query FROM saved_search WHERE workspace = ?');
  const removeSearch = db.prepare('DELETE FROM saved_search WHERE workspace = ? AND name = ?');
  const selectDefinitions = db.prepare('SELECT id, name, filters FROM report_definition WHERE workspace = ?');
  const removeSchedules = db.prepare('DELETE FROM schedule WHERE definition = ?');
  const removeDefinition = db.prepare('DELETE FROM report_definition WHERE id = ?');
  const selectIssued = db.prepare('SELECT id, definition, request, files FROM issued_report WHERE workspace = ?');
  const blankIssued = db.prepare(
    'UPDATE issued_report SET definition = ?, request = ?, files = ?, fingerprints = NULL WHERE id = ?',
  );

  const blank = ({ id, definition, request, files }: IssueRow, isMeant: (text: string) => boolean): void => {
    const kept = JSON.parse(request) as Kept;
    const names = JSON.parse(files) as File[];
    const isNarrowed = isMeant(valuesOf(kept.filters));
    const isCalled = definition !== null && isMeant(definition);
    if (!isNarrowed && !isCalled && !names.some(({ path }) => isMeant(path))) return;
    const filters = Object.fromEntries(
      Object.entries(kept.filters ?? {}).map(([name, value]) => [
        name,
        isMeant(String(value)) ? forgottenFilter : value,
      ]),
    );
    const hidden = names.map((file) =>
      isMeant(file.path) ? { ...file, name: `${forgottenFilter}.${file.format}`, path: forgottenFilter } : file,
    );
    blankIssued.run(isCalled ? null : definition, JSON.stringify({ ...kept, filters }), JSON.stringify(hidden), id);
  };

  return {
    forget(workspaceId, customer) {
      const isMeant = createMentionTest(customer);
      inTransaction(db, () => {
        for (const { name, query } of selectSearches.all(workspaceId) as { name: string; query: string }[])
          if (isMeant(`${name}\n${query}`)) removeSearch.run(workspaceId, name);
        for (const { id, name, filters } of selectDefinitions.all(workspaceId) as DefinitionRow[]) {
          if (!isMeant(`${name}\n${valuesOf(JSON.parse(filters) as Kept['filters'])}`)) continue;
          removeSchedules.run(id);
          removeDefinition.run(id);
        }
        for (const row of selectIssued.all(workspaceId) as IssueRow[]) blank(row, isMeant);
      });
      // secure_delete has overwritten them in the file; old pages must leave its log too.
      db.pragma('wal_checkpoint(TRUNCATE)');
    },
  };
};
