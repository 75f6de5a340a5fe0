// Searches: what is typed becomes a question for the query worker and its answer a page; completions; saved searches.
import { AppError, cancelledError } from '../../preload/contract/errors.ts';
import type {
  ParsedInput,
  ProcedureOutput,
  SavedSearch,
  SearchResult,
  SortColumn,
} from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { parsePeriod } from '../metrics/period.ts';
import type { Ports } from '../ports.ts';
import type { QueryNode } from '../search/ast.ts';
import { completeField, findTypedPart } from '../search/complete.ts';
import { parseQuery } from '../search/query.ts';
import type { Library } from '../store/library.ts';
import type { StoredSearch } from '../store/saved-search-store.ts';
import type { SearchInput } from '../workers/query-worker.ts';
import type { Workspaces } from './workspaces.ts';

export type Searching = {
  run(input: ParsedInput<'search.run'>): Promise<SearchResult>;
  complete(input: ParsedInput<'search.complete'>): Promise<ProcedureOutput<'search.complete'>>;
  saved(input: ParsedInput<'search.saved'>): SavedSearch[];
  save(input: ParsedInput<'search.save'>): SavedSearch;
  unsave(input: ParsedInput<'search.unsave'>): void;
};

/** Reads a query in the workspace's zone. Throws AppError invalid_input that names the character. */
export const readQuery = (text: string, { zone }: Pick<Workspace, 'zone'>, nowMs: number): QueryNode =>
  parseQuery(text, { zone, nowMs, parseDay: (day) => parsePeriod(day, { zone, nowMs }) });

const readSort = (sort: string): SearchInput['sort'] => ({
  by: sort.replace(/^-/, '') as SortColumn,
  isDescending: sort.startsWith('-'),
});

type After = Extract<SearchInput['start'], { after: unknown }>['after'];
const writeCursor = (sort: string, { value, startedS, id }: After): string =>
  Buffer.from(JSON.stringify([sort, value, startedS, id])).toString('base64url');
const readCursor = (text: string, sort: string): After => {
  const refusal = new AppError('invalid_input', 'after: this is not the “next” of a page with the same sort.');
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (error) {
    throw error instanceof SyntaxError ? refusal : error;
  }
  const [ownSort, value, startedS, id] = Array.isArray(read) ? read : [];
  const isValue = value === null || typeof value === 'string' || Number.isFinite(value);
  if (ownSort !== sort || !isValue || !Number.isFinite(startedS) || !Number.isSafeInteger(id)) throw refusal;
  return { value, startedS, id };
};

const toSaved = ({ name, query, sort, savedMs }: StoredSearch): SavedSearch => ({
  name,
  query,
  sort: sort as SavedSearch['sort'],
  savedAt: new Date(savedMs).toISOString().replace(/\.\d+Z$/, 'Z'),
});

export const createSearching = (ports: Ports, library: Library, workspaces: Workspaces): Searching => {
  const { clock } = ports;
  const running = new Map<string, AbortController>();

  return {
    async run(input) {
      const startedMs = clock.monotonicMs();
      const workspace = workspaces.find(input.workspace);
      const query = readQuery(input.query, workspace, clock.nowMs());
      const { limit, offset, sort, client } = input;
      const controller = new AbortController();
      if (client !== undefined) {
        running.get(client)?.abort(cancelledError());
        running.set(client, controller);
      }
      try {
        const worker = await workspaces.query(workspace);
        const found = await worker.call(
          'search',
          {
            query,
            sort: readSort(sort),
            limit,
            start: input.after === undefined ? { offset } : { after: readCursor(input.after, sort) },
            zone: workspace.zone,
            withFacets: input.facets,
          },
          { signal: controller.signal },
        );
        return {
          total: found.total,
          rows: found.rows,
          highlights: found.highlights,
          facets: found.facets ?? {},
          next: found.next === null ? null : writeCursor(sort, found.next),
          tookMs: Math.round((clock.monotonicMs() - startedMs) * 10) / 10,
        };
      } finally {
        if (client !== undefined && running.get(client) === controller) running.delete(client);
      }
    },
    async complete({ workspace: name, text, cursor, limit }) {
      const workspace = workspaces.find(name);
      const part = findTypedPart(text, cursor);
      const { from, to } = part;
      if (part.kind === 'word')
        return {
          from,
          to,
          items:
            part.typed === '' && cursor > 0 && /\S/.test(text[cursor - 1] ?? '')
              ? []
              : completeField(part.typed).slice(0, limit),
        };
      const worker = await workspaces.query(workspace);
      const items = await worker.call('complete', {
        field: part.field,
        typed: part.typed,
        limit,
        zone: workspace.zone,
        nowMs: clock.nowMs(),
      });
      return { from: from - part.field.length - 1, to, items };
    },
    saved: (input) => library.searches.list(workspaces.find(input.workspace).id).map(toSaved),
    save({ workspace: nameOrId, name, query, sort }) {
      const workspace = workspaces.find(nameOrId);
      // What cannot be read now cannot be searched for later.
      readQuery(query, workspace, clock.nowMs());
      const search: StoredSearch = { name, query, sort, savedMs: clock.nowMs() };
      library.searches.save(workspace.id, search);
      return toSaved(search);
    },
    unsave({ workspace, name }) {
      if (library.searches.remove(workspaces.find(workspace).id, name)) return;
      throw new AppError('not_found', `There is no saved search called “${name}”. See “afterword saved”.`);
    },
  };
};
