// What Home asks for first, also asked for before Home itself has been loaded.
import type { ProcedureInput } from '../../../preload/contract/procedures.ts';

export const countOfAll = (workspace: string): ProcedureInput<'search.run'> => ({
  ...{ workspace, query: '', limit: 0, facets: false },
});
