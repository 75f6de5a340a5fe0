// The columns a search result can show.
import type { ReactNode } from 'react';
import type { GridColumn } from '../../components/grid/column.ts';
import { agentsOf, customerOf, queuesOf, secondsOf, surveyOf, textOf } from '../../model/conversation.ts';
import { type Formats, formatDuration, nothing } from '../../model/format.ts';
import type { Found } from './use-results.ts';

/** A text with what the search found in it marked. */
const Marked = ({ text, marks }: Found['highlights'][number]): ReactNode => {
  const pieces: ReactNode[] = [];
  let at = 0;
  for (const [from, to] of marks) {
    pieces.push(text.slice(at, from), <mark key={from}>{text.slice(from, to)}</mark>);
    at = to;
  }
  return (
    <span className="clip" title={text}>
      {pieces}
      {text.slice(at)}
    </span>
  );
};

export const createColumns = (formats: Formats): readonly GridColumn<Found>[] => [
  {
    ...{ id: 'started', header: 'Started', widthPx: 150, isSortable: true },
    about: `When it began, in ${formats.zone}`,
    text: (row) => formats.moment(row.startedAt),
    render: (row) => <span className="number clip">{formats.moment(row.startedAt)}</span>,
  },
  { id: 'channel', header: 'Channel', widthPx: 144, isSortable: true, text: (row) => row.channel ?? nothing },
  {
    id: 'status',
    header: 'Status',
    widthPx: 150,
    isSortable: true,
    // The one that the filter beside the table counts and that this column is put in order by.
    about: 'The final status',
    text: (row) => row.finalStatus ?? nothing,
  },
  {
    id: 'agent',
    header: 'Agent',
    widthPx: 150,
    isSortable: true,
    about: 'Who answered',
    text: (row) => agentsOf(row) || nothing,
  },
  { id: 'queue', header: 'Queue', widthPx: 140, isSortable: true, text: (row) => queuesOf(row) || nothing },
  { id: 'customer', header: 'Customer', widthPx: 140, text: (row) => customerOf(row) || nothing },
  {
    ...{ id: 'handle', header: 'Handle', widthPx: 76, align: 'end', isSortable: true },
    about: 'Interaction and after-call work of all who answered',
    text: (row) => {
      const seconds = secondsOf(row);
      return seconds === null ? nothing : formatDuration(seconds);
    },
  },
  { id: 'survey', header: 'Survey', widthPx: 84, isSortable: true, text: (row) => surveyOf(row) ?? nothing },
  {
    id: 'text',
    header: 'Text',
    widthPx: 380,
    about: 'Where the words stand; else the first note, feedback or remark',
    text: (row) => row.highlights[0]?.text ?? (textOf(row) || nothing),
    render: (row) => {
      const [first] = row.highlights;
      const text = textOf(row) || nothing;
      return first ? (
        <Marked {...first} />
      ) : (
        <span className="clip" title={text}>
          {text}
        </span>
      );
    },
  },
  {
    id: 'disposition',
    header: 'Disposition',
    widthPx: 150,
    isSortable: true,
    text: (row) => row.dispositions.join(', ') || nothing,
  },
  {
    ...{ id: 'smartStatus', header: 'Smart status', widthPx: 190, isOptional: true },
    about: 'What Kore.ai makes of the final status, such as abandoned in queue',
    text: (row) => row.smartStatus ?? nothing,
  },
  {
    ...{ id: 'intent', header: 'Intent', widthPx: 130, isOptional: true, isSortable: true },
    text: (row) => row.lastIntentName ?? nothing,
  },
  {
    ...{ id: 'direction', header: 'Direction', widthPx: 90, isOptional: true, isSortable: true },
    text: (row) => row.direction ?? nothing,
  },
  {
    ...{ id: 'ended', header: 'Ended', widthPx: 150, isOptional: true },
    text: (row) => (row.endedAt === null ? nothing : formats.moment(row.endedAt)),
  },
  { ...{ id: 'phone', header: 'Phone', widthPx: 120, isOptional: true }, text: (row) => row.customer.phone ?? nothing },
  { ...{ id: 'email', header: 'Email', widthPx: 180, isOptional: true }, text: (row) => row.customer.email ?? nothing },
  { ...{ id: 'key', header: 'Id', widthPx: 270, isOptional: true }, text: (row) => row.key },
];
