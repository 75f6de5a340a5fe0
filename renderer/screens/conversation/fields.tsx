// Every field of a conversation that holds something, in groups.
import type { ReactNode } from 'react';
import type { Conversation } from '../../../preload/contract/conversation.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';

type Line = readonly [name: string, value: string | null];

export const Fields = ({ conversation: c }: { conversation: Conversation }): ReactNode => {
  const { formats } = useWorkspace();
  const time = (iso: string | null): string | null =>
    iso === null ? null : `${formats.moment(iso)} ${formats.zoneName(iso)}`;
  const list = (texts: readonly string[]): string | null => (texts.length === 0 ? null : texts.join(', '));
  const tags = (all: Conversation['userTags']): string | null =>
    list(all.map(({ name, value }) => (value === null ? name : `${name}: ${value}`)));
  const { customer, campaign } = c;
  const groups: readonly (readonly [string, readonly Line[]])[] = [
    [
      'Customer',
      [
        ['First name', customer.firstName],
        ['Last name', customer.lastName],
        ['Phone', customer.phone],
        ['Email', customer.email],
        ['Our number', customer.centerPhone],
        ['User id', c.userId],
        ['Id on the channel', c.channelSpecificUserId],
      ],
    ],
    [
      'Course',
      [
        ['Started', time(c.startedAt)],
        ['Ended', time(c.endedAt)],
        ['Channel', c.channel],
        ['Direction', c.direction],
        ['Final status', c.finalStatus],
        ['Smart status', c.smartStatus],
        ['Reason', c.reason],
        ['Disconnected by', c.disconnectingEvent],
        ['Voicemail', c.isVoicemail === null ? null : c.isVoicemail ? 'yes' : 'no'],
        ['Skills', list(c.skills.map(({ name, id }) => name ?? id ?? ''))],
      ],
    ],
    [
      'Outcome',
      [
        ['Dispositions', list(c.dispositions)],
        ['Remarks', list(c.dispositionRemarks)],
        ['Survey', c.surveyType],
        ['CSAT', c.csatScore === null ? null : String(c.csatScore)],
        ['NPS', c.npsScore === null ? null : String(c.npsScore)],
        ['Like', c.likeDislikeScore === null ? null : c.likeDislikeScore === 1 ? 'like' : 'dislike'],
        ['Feedback', c.csatFeedback],
        ['Last intent', c.lastIntentName],
        ['User tags', tags(c.userTags)],
        ['Session tags', tags(c.sessionTags)],
      ],
    ],
    [
      'Campaign',
      campaign === null
        ? []
        : [
            ['Name', campaign.campaignName],
            ['Attempt', campaign.attempt === null ? null : String(campaign.attempt)],
            ['Contact status', campaign.contactStatus],
            ['Run', time(campaign.campaignRunDate)],
            ['Contact lists', list(campaign.contactListName)],
          ],
    ],
    [
      'Identity',
      [
        ['Conversation id', c.conversationId],
        ['Session id', c.sessionId],
        ['Bot', c.botId],
        ['Automation bots', list(c.automationBotIds)],
        ['Read from', list(c.sources)],
      ],
    ],
  ];
  return groups.map(([title, lines]) => {
    const filled = lines.filter((line): line is readonly [string, string] => line[1] !== null && line[1] !== '');
    return filled.length === 0 ? null : (
      <section key={title} className="fields">
        <h3>{title}</h3>
        <dl>
          {filled.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
    );
  });
};
