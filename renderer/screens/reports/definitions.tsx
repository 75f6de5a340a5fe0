// Saved definitions: make one now, put it on a schedule, or take it away.
import { Button, Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ReportDefinition } from '../../../preload/contract/report.ts';
import { useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { useFolder } from '../../components/folder-field.tsx';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failure, Loading, Problem } from '../../components/states.tsx';
import { useJobs } from '../../hooks/jobs.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { labelOfPeriod } from '../../model/period-text.ts';
import { kindLabel } from '../../model/report-text.ts';
import { AddSchedule } from './add-schedule.tsx';
import { Preview } from './preview.tsx';

const Definition = ({ definition }: { definition: ReportDefinition }): ReactNode => {
  const bridge = useBridge();
  const jobs = useJobs();
  const { all } = useWorkspace();
  const [folder] = useFolder();
  const [problem, setProblem] = useState<unknown>(null);
  const [isPreviewed, setIsPreviewed] = useState(false);
  const [isScheduling, setIsScheduling] = useState(false);
  const { name, kind, period, formats, mask, zone, filters, options } = definition;
  // The paper says nothing about the figures.
  const settings = Object.entries({ ...filters, ...options }).filter(([key]) => key !== 'paper');
  const owner = all.find((one) => one.id === definition.workspace || one.name === definition.workspace);
  const run = (): void => {
    setProblem(null);
    jobs
      .start('report.run', { workspace: definition.workspace, report: name, outDir: folder }, name, owner?.id ?? null)
      .catch(setProblem);
  };
  return (
    <li className="item">
      <div className="grow">
        <strong>{name}</strong>
        <div className="dim">
          {kindLabel(kind)} · {labelOfPeriod(period)} · {formats.map((format) => format.toUpperCase()).join(' and ')}
          {mask ? ' · masked' : ''} · {owner?.name ?? definition.workspace}
          {zone === null ? '' : ` · ${zone}`}
          {settings.map(([key, value]) => ` · ${key}: ${value}`).join('')}
        </div>
        <Problem error={problem} />
      </div>
      <Button
        variant="subtle"
        leftSection={<Icon name="eye" size={0.875} />}
        onClick={() => setIsPreviewed(true)}
        aria-label={`Preview ${name}`}
      >
        Preview
      </Button>
      <Button
        variant="light"
        leftSection={<Icon name="play" size={0.75} />}
        onClick={run}
        disabled={folder === ''}
        title={`Into ${folder}`}
        aria-label={`Make ${name} now`}
      >
        Make now
      </Button>
      <Button
        variant="default"
        leftSection={<Icon name="clock" size={0.75} />}
        onClick={() => setIsScheduling(true)}
        aria-label={`Schedule ${name}`}
      >
        Schedule…
      </Button>
      <ConfirmButton
        label="Remove…"
        buttonProps={{ 'aria-label': `Remove ${name}` }}
        title={`Remove “${name}”`}
        question="Its schedules go with it. Reports that were issued stay."
        confirmLabel="Remove"
        onConfirm={() => bridge.call('report.undefine', { name })}
      />
      <Modal opened={isPreviewed} onClose={() => setIsPreviewed(false)} size="52rem" title={`Preview of “${name}”`}>
        {isPreviewed ? <Preview input={{ workspace: definition.workspace, report: name }} /> : null}
      </Modal>
      <AddSchedule definition={name} isOpen={isScheduling} onClose={() => setIsScheduling(false)} />
    </li>
  );
};

export const Definitions = ({ onMake }: { onMake(): void }): ReactNode => {
  const definitions = useCall('report.definitions', {});
  if (definitions.isPending) return <Loading />;
  if (definitions.isError) return <Failure error={definitions.error} onRetry={() => void definitions.refetch()} />;
  if (definitions.data.length === 0)
    return (
      <Empty icon="reports" title="No definitions yet" actions={<Button onClick={onMake}>Make a report</Button>}>
        Give a report a name when you make it: then it can be made again for another period, and put on a schedule.
      </Empty>
    );
  return (
    <ul className="plain-list items" aria-label="Definitions">
      {definitions.data.map((definition) => (
        <Definition key={definition.name} definition={definition} />
      ))}
    </ul>
  );
};
