// Schedules: when each is due, how its last runs ended, pause, remove, and make what is due now.
import { Badge, Button, Switch } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Schedule } from '../../../preload/contract/report.ts';
import { useAction, useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failure, Loading, Problem } from '../../components/states.tsx';
import { useJobs } from '../../hooks/jobs.tsx';
import { patch } from '../../hooks/route.ts';
import { createFormats } from '../../model/format.ts';
import { labelOfPeriod } from '../../model/period-text.ts';
import { describeCadence, runWords } from '../../model/report-text.ts';

const ScheduleItem = ({ schedule }: { schedule: Schedule }): ReactNode => {
  const bridge = useBridge();
  const enable = useAction('schedule.enable');
  // Each schedule has a zone of its own: its times are meant there.
  const formats = createFormats(schedule.zone);
  const [last] = schedule.runs;
  return (
    <li className="item">
      <div className="grow">
        <strong>{schedule.definition}</strong>
        <div className="dim">
          {describeCadence(schedule)} ({schedule.zone}) · {labelOfPeriod(schedule.period)} · into{' '}
          <span className="mono">{schedule.folder}</span>
        </div>
        <div>
          {schedule.nextDueAt === null ? (
            <span className="dim">Paused</span>
          ) : (
            <span className="number">Next {formats.moment(schedule.nextDueAt)}</span>
          )}
          {last === undefined ? null : (
            <span className={last.state === 'failed' || last.state === 'missed' ? 'tone-bad' : 'dim'}>
              {' '}
              · last due {formats.moment(last.dueAt)}: {runWords[last.state]}
              {last.message === '' ? '' : ` – ${last.message}`}
            </span>
          )}
        </div>
        <Problem error={enable.error} />
      </div>
      {last?.issuedId === null || last === undefined ? null : <Badge variant="default">report {last.issuedId}</Badge>}
      <Switch
        label="On"
        checked={schedule.isEnabled}
        aria-label={`${schedule.definition} is on`}
        onChange={(event) => enable.mutate({ id: schedule.id, isEnabled: event.currentTarget.checked })}
      />
      <ConfirmButton
        label="Remove…"
        buttonProps={{ 'aria-label': `Remove the schedule of ${schedule.definition}` }}
        title="Remove this schedule"
        question="Its run log goes with it. Reports that were issued stay."
        confirmLabel="Remove"
        onConfirm={() => bridge.call('schedule.remove', { id: schedule.id })}
      />
    </li>
  );
};

export const Schedules = (): ReactNode => {
  const schedules = useCall('schedule.list', {});
  const jobs = useJobs();
  const [problem, setProblem] = useState<unknown>(null);
  if (schedules.isPending) return <Loading />;
  if (schedules.isError) return <Failure error={schedules.error} onRetry={() => void schedules.refetch()} />;
  if (schedules.data.length === 0)
    return (
      <Empty
        icon="clock"
        title="No schedules yet"
        actions={
          <Button variant="default" onClick={() => patch({ part: 'definitions' })}>
            See definitions
          </Button>
        }
      >
        A schedule makes a saved definition daily, weekly or monthly, and catches up after sleep. Add one beside its
        definition.
      </Empty>
    );
  const runDue = (sync: boolean): void => {
    setProblem(null);
    jobs.start('schedule.run-due', { sync }, 'Scheduled reports', null).catch(setProblem);
  };
  return (
    <div className="stack">
      <div className="row wrap">
        <Button variant="default" leftSection={<Icon name="play" size={0.75} />} onClick={() => runDue(false)}>
          Make what is due
        </Button>
        <Button variant="default" leftSection={<Icon name="sync" size={0.75} />} onClick={() => runDue(true)}>
          Sync, then make what is due
        </Button>
      </div>
      <Problem error={problem} />
      <ul className="plain-list items" aria-label="Schedules">
        {schedules.data.map((schedule) => (
          <ScheduleItem key={schedule.id} schedule={schedule} />
        ))}
      </ul>
    </div>
  );
};
