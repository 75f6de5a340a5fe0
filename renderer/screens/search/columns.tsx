// The columns a search result can show.
import type { Conversation } from '../../../preload/contract/conversation.ts';
import type { GridColumn } from '../../components/grid/column.ts';
import { agentsOf, customerOf, queuesOf, secondsOf, surveyOf, textOf } from '../../model/conversation.ts';
import { type Formats, formatDuration, nothing } from '../../model/format.ts';

export const createColumns = (formats: Formats): readonly GridColumn<Conversation>[] => [
  {
    ...{ id: 'started', header: 'Started', widthPx: 150, isSortable: true },
    about: `When it began, in ${formats.zone}`,
    text: (row) => formats.moment(row.startedAt),
    render: (row) => <span className="number clip">{formats.moment(row.startedAt)}</span>,
  },
  { id: 'channel', header: 'Channel', widthPx: 92, text: (row) => row.channel ?? nothing },
  { id: 'status', header: 'Status', widthPx: 130, text: (row) => row.smartStatus ?? row.finalStatus ?? nothing },
  { id: 'agent', header: 'Agent', widthPx: 150, about: 'Who answered', text: (row) => agentsOf(row) || nothing },
  { id: 'queue', header: 'Queue', widthPx: 120, text: (row) => queuesOf(row) || nothing },
  { id: 'customer', header: 'Customer', widthPx: 140, text: (row) => customerOf(row) || nothing },
  {
    ...{ id: 'handle', header: 'Handle', widthPx: 76, align: 'end' },
    about: 'Interaction and after-call work of all who answered',
    text: (row) => {
      const seconds = secondsOf(row);
      return seconds === null ? nothing : formatDuration(seconds);
    },
  },
  { id: 'survey', header: 'Survey', widthPx: 84, text: (row) => surveyOf(row) ?? nothing },
  {
    id: 'text',
    header: 'Text',
    widthPx: 380,
    about: 'First note, feedback or remark',
    text: (row) => textOf(row) || nothing,
  },
  { id: 'disposition', header: 'Disposition', widthPx: 150, text: (row) => row.dispositions.join(', ') || nothing },
  {
    ...{ id: 'intent', header: 'Intent', widthPx: 130, isOptional: true },
    text: (row) => row.lastIntentName ?? nothing,
  },
  {
    ...{ id: 'direction', header: 'Direction', widthPx: 90, isOptional: true },
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
