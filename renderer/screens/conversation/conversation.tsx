// One conversation: what it was in short, its timeline, its fields, and the API's own rows.
import { Badge, CopyButton, Highlight, Tabs, Tooltip, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Conversation } from '../../../preload/contract/conversation.ts';
import { useCall } from '../../bridge/context.tsx';
import { Icon, type IconName } from '../../components/icon.tsx';
import { Failure, Loading } from '../../components/states.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { customerOf } from '../../model/conversation.ts';
import { formatDuration } from '../../model/format.ts';
import { type Stage, type Stretch, stretchesOf, timelineOf } from '../../model/timeline.ts';
import './conversation.css';
import { CopyId } from './copy-id.tsx';
import { Fields } from './fields.tsx';

const stageIcons: Record<Stage, IconName> = {
  bot: 'bot',
  queue: 'queue',
  callback: 'callback',
  agent: 'agent',
  hold: 'hold',
  consult: 'agent',
  wrap: 'note',
  survey: 'survey',
  end: 'clock',
};

/** Words of the query that stand in the texts: fields and operators are none. */
const wordsOf = (query: string): string[] =>
  query
    .split(/\s+/)
    .filter((word) => !word.startsWith('-') && !word.includes(':'))
    .map((word) => word.replace(/["*()]/g, ''))
    .filter((word) => word.length > 1);

const Scale = ({ stretches }: { stretches: readonly Stretch[] }): ReactNode => {
  const { formats } = useWorkspace();
  const fromMs = Math.min(...stretches.map((one) => one.fromMs));
  const toMs = Math.max(...stretches.map((one) => one.toMs));
  if (stretches.length === 0) return null;
  const clock = (ms: number): string => formats.clock(new Date(ms).toISOString());
  return (
    <figure className="scale" aria-label="The stretches to scale">
      <div className="scale-bar">
        {stretches.map((one) => (
          <Tooltip
            key={`${one.stage} ${one.fromMs}`}
            label={`${one.label}: ${clock(one.fromMs)} – ${clock(one.toMs)}, ${formatDuration((one.toMs - one.fromMs) / 1000)}`}
          >
            <span
              className={`scale-part stage-${one.stage}`}
              style={{
                insetInlineStart: `${((one.fromMs - fromMs) / (toMs - fromMs)) * 100}%`,
                width: `${((one.toMs - one.fromMs) / (toMs - fromMs)) * 100}%`,
              }}
            />
          </Tooltip>
        ))}
      </div>
      <figcaption className="row dim number">
        <span>{clock(fromMs)}</span>
        {(['bot', 'queue', 'agent', 'wrap'] as const)
          .filter((stage) => stretches.some((one) => one.stage === stage))
          .map((stage) => (
            <span key={stage} className="scale-key">
              <i className={`scale-dot stage-${stage}`} />
              {{ bot: 'Bot', queue: 'Queue', agent: 'Agent', wrap: 'After-call work' }[stage]}
            </span>
          ))}
        <span className="push">{clock(toMs)}</span>
      </figcaption>
    </figure>
  );
};

const Timeline = ({ conversation, words }: { conversation: Conversation; words: string[] }): ReactNode => {
  const { formats } = useWorkspace();
  return (
    <>
      <Scale stretches={stretchesOf(conversation)} />
      <ol className="plain-list timeline">
        {timelineOf(conversation).map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps never change places
          <li key={index} className={step.isAside ? 'step aside' : 'step'}>
            <span className={`step-icon stage-${step.stage}`}>
              <Icon name={stageIcons[step.stage]} size={0.875} />
            </span>
            <div className="grow">
              <div className="row wrap step-line">
                <span>{step.title}</span>
                {step.detail ? <span className="dim">{step.detail}</span> : null}
                <time className="push dim number" dateTime={step.at ?? undefined}>
                  {step.at === null ? '' : formats.clock(step.at)}
                </time>
              </div>
              {step.notes?.map((note) => (
                <Highlight key={note} highlight={words} component="blockquote" size="sm" className="step-note">
                  {note}
                </Highlight>
              ))}
            </div>
          </li>
        ))}
      </ol>
    </>
  );
};

const Raw = ({ id }: { id: string }): ReactNode => {
  const { workspace, formats } = useWorkspace();
  const raw = useCall('conversation.raw', { workspace: workspace.id, id });
  if (raw.isPending) return <Loading />;
  if (raw.isError) return <Failure error={raw.error} onRetry={() => void raw.refetch()} />;
  return raw.data.map(({ endpoint, fetchedAt, row }) => {
    const text = JSON.stringify(row, null, 2);
    return (
      <section key={endpoint} className="stack">
        <div className="row">
          <h3>{endpoint}</h3>
          <span className="dim">fetched {formats.moment(fetchedAt)}</span>
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <UnstyledButton className="push status-button" onClick={copy}>
                <Icon name={copied ? 'check' : 'copy'} size={0.75} /> {copied ? 'Copied' : 'Copy'}
              </UnstyledButton>
            )}
          </CopyButton>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre className="raw mono" tabIndex={0}>
          {text}
        </pre>
      </section>
    );
  });
};

export const ConversationView = ({ id, words }: { id: string; words: string }): ReactNode => {
  const { workspace, formats } = useWorkspace();
  const found = useCall('conversation.get', { workspace: workspace.id, id }, { isKept: true });
  if (found.isPending) return <Loading lines={10} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const conversation = found.data;
  const statuses = new Set([conversation.finalStatus, conversation.smartStatus].filter((status) => status !== null));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a named region inside the preview
    <div className="conversation" tabIndex={0} role="region" aria-label="Details of the conversation">
      <header className="stack">
        <div className="row wrap">
          <h2>{customerOf(conversation) || 'Customer without a name'}</h2>
          {[...statuses].map((status) => (
            <Badge key={status} variant="default" size="sm">
              {status}
            </Badge>
          ))}
          {conversation.isOpen ? <Badge variant="default">open: in no figure</Badge> : null}
          {conversation.isShadow ? <Badge variant="default">shadow: in no figure</Badge> : null}
        </div>
        <div className="row wrap dim number">
          <span>
            {formats.longDay(conversation.startedAt)}, {formats.clock(conversation.startedAt)}{' '}
            {formats.zoneName(conversation.startedAt)}
          </span>
          <span>{[conversation.channel, conversation.direction].filter(Boolean).join(' · ')}</span>
        </div>
        <CopyId text={conversation.key} label="id" />
      </header>
      <Tabs defaultValue="timeline" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
          <Tabs.Tab value="fields">Fields</Tabs.Tab>
          <Tabs.Tab value="raw">Raw</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="timeline" pt="sm">
          <Timeline conversation={conversation} words={wordsOf(words)} />
        </Tabs.Panel>
        <Tabs.Panel value="fields" pt="sm">
          <Fields conversation={conversation} />
        </Tabs.Panel>
        <Tabs.Panel value="raw" pt="sm">
          <Raw id={conversation.key} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
};
