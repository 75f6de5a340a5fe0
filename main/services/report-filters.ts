// What narrows a report: which row a filter means, and what of it stands in the names of the files.
import { createHash } from 'node:crypto';
import type { ReportSettings } from '../../preload/contract/report.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import type { NamedGroup } from './row-keys.ts';

/** The filter of a kind that names one row; null where there is none, or where it is a search. */
export type NamedFilter = { name: string; by: NamedGroup } | null;

/** The filters with the row's id for what the user called it. Throws AppError as findRowKey. */
export const resolveFilters = async (
  named: NamedFilter,
  filters: ReportSettings,
  find: (by: NamedGroup, text: string) => Promise<string>,
): Promise<ReportSettings> => {
  const text = named === null ? undefined : filters[named.name];
  return named === null || text === undefined
    ? filters
    : { ...filters, [named.name]: await find(named.by, String(text)) };
};

/**
 * What the usual file name says beside kind, workspace and period: two readings of one report must not overwrite each
 * other. A masked file's name says who or what was asked for no more than the file: a code stands for it.
 */
export const fileMarks = (
  { filters, zone, maskSalt }: { filters: ReportSettings; zone: string; maskSalt: string | null },
  workspace: Workspace,
): string[] => [
  ...Object.entries(filters).map(([name, value]) =>
    maskSalt === null ? String(value) : `${name} ${codeOf(maskSalt, `${name}=${value}`)}`,
  ),
  ...(zone === workspace.zone ? [] : [zone]),
  ...(maskSalt === null ? [] : ['masked']),
];

const codeOf = (salt: string, text: string): string =>
  createHash('sha256').update(`${salt}\0file\0${text}`).digest('hex').slice(0, 8);
