// What stands where content is not: loading, empty, failed. Each keeps the room of what it stands for.
import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { AppError } from '../../preload/contract/errors.ts';
import { sentenceOf } from '../bridge/context.tsx';
import { Icon, type IconName } from './icon.tsx';
import './states.css';

export const Empty = ({
  icon,
  title,
  children,
  actions,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}): ReactNode => (
  <div className="state">
    <Icon name={icon} size={1.75} />
    <p className="state-title">{title}</p>
    {children === undefined ? null : <div className="state-text">{children}</div>}
    {actions === undefined ? null : <div className="row wrap state-actions">{actions}</div>}
  </div>
);

/** A failure with the program's own sentence, its code for a support desk, and a way to try again. */
export const Failure = ({ error, onRetry }: { error: unknown; onRetry?: () => void }): ReactNode => (
  <div className="state" role="alert">
    <span className="tone-bad">
      <Icon name="error" size={1.75} />
    </span>
    <p className="state-title">This did not work</p>
    <div className="state-text">{sentenceOf(error)}</div>
    <div className="row wrap state-actions">
      {onRetry === undefined ? null : (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
    {error instanceof AppError ? <code className="mono dim">{error.code}</code> : null}
  </div>
);

/** What was written cannot be read, or not yet: nothing is broken, and trying the same again would not help. */
export const Unreadable = ({ title, error }: { title: string; error: unknown }): ReactNode => (
  <div className="state" role="alert">
    <Icon name="info" size={1.75} />
    <p className="state-title">{title}</p>
    <div className="state-text">{sentenceOf(error)}</div>
  </div>
);

/** A failure of one action, beside the control that caused it. */
export const Problem = ({ error }: { error: unknown }): ReactNode =>
  error === null || error === undefined ? null : (
    <div className="problem" role="alert">
      <Icon name="error" />
      <span>{sentenceOf(error)}</span>
    </div>
  );

export const Notice = ({
  tone = 'info',
  children,
  action,
}: {
  tone?: 'info' | 'warn' | 'good' | 'bad';
  children: ReactNode;
  action?: ReactNode;
}): ReactNode => (
  <div className={`notice notice-${tone}`} role="note">
    <Icon name={tone === 'info' ? 'info' : tone === 'good' ? 'check' : tone === 'bad' ? 'error' : 'warning'} />
    <div className="grow">{children}</div>
    {action}
  </div>
);

/** Grey lines in the room of what is loading. */
export const Loading = ({ lines = 6, label = 'Loading' }: { lines?: number; label?: string }): ReactNode => (
  <div className="stack loading" role="status" aria-label={label}>
    {Array.from({ length: lines }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never change places
      <Skeleton key={index} height="0.875rem" width={`${92 - ((index * 17) % 45)}%`} />
    ))}
  </div>
);
