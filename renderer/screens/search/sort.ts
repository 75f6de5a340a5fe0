// The order of a result: which column, which way, and which of the table's columns shows it.
import { type SortColumn, sortColumns } from '../../../preload/contract/procedures.ts';

export type Sort = { by: SortColumn; isDescending: boolean };

const labels: Record<SortColumn, string> = {
  started: 'Started',
  aht: 'Handle time',
  hold: 'Hold',
  wait: 'Wait',
  acw: 'After-call work',
  csat: 'CSAT',
  nps: 'NPS',
  liked: 'Liked',
  agent: 'Agent',
  queue: 'Queue',
  channel: 'Channel',
  status: 'Status',
  direction: 'Direction',
  disposition: 'Disposition',
  survey: 'Survey',
  intent: 'Intent',
  outcome: 'Outcome',
  bot: 'Bot',
};
export const sortChoices = sortColumns.map((value) => ({ value, label: labels[value] }));

export const formatSort = ({ by, isDescending }: Sort): string => `${isDescending ? '-' : ''}${by}`;
/** The newest first, unless the address names an order that there is. */
export const readSort = (text: string | null): Sort => {
  const by = sortColumns.find((name) => name === text?.replace(/^-/, ''));
  return by === undefined
    ? { by: 'started', isDescending: true }
    : { by, isDescending: text?.startsWith('-') ?? false };
};

/** The table calls two of them otherwise. */
const columns: readonly (readonly [column: string, by: SortColumn])[] = [['handle', 'aht']];
export const columnOfSort = (by: SortColumn): string => columns.find(([, name]) => name === by)?.[0] ?? by;
export const sortOfColumn = (id: string): SortColumn | null =>
  columns.find(([column]) => column === id)?.[1] ?? sortColumns.find((name) => name === id) ?? null;
