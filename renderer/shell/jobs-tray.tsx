// What runs and what ran: progress, time left, a way to stop, and the files that came of it.
import { ActionIcon, Button, Popover, Progress, UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { FileLinks } from '../components/file-links.tsx';
import { Icon } from '../components/icon.tsx';
import { type Job, useJobList, useJobs } from '../hooks/jobs.tsx';
import { describeEnd, describeProgress, filesOf, fractionOf } from '../model/job-text.ts';

export const JobProgressBar = ({ job }: { job: Job }): ReactNode => {
  const fraction = fractionOf(job);
  return (
    <Progress
      value={fraction === null ? 100 : Math.max(2, fraction * 100)}
      size="xs"
      animated={fraction === null}
      aria-label={`Progress of ${job.label}`}
    />
  );
};

const JobEntry = ({ job }: { job: Job }): ReactNode => {
  const jobs = useJobs();
  const isRunning = job.state === 'running';
  const end = isRunning ? null : describeEnd(job);
  return (
    <li className="tray-job">
      <div className="row">
        <strong className="clip grow">{job.label}</strong>
        {isRunning ? (
          <Button
            size="compact-xs"
            variant="default"
            disabled={job.isCancelling}
            onClick={() => void jobs.cancel(job.id)}
            aria-label={`Stop ${job.label}`}
          >
            Stop
          </Button>
        ) : null}
      </div>
      {isRunning ? <JobProgressBar job={job} /> : null}
      <span className={end === null ? 'dim number' : `tone-${end.tone}`}>
        {end === null ? describeProgress(job) : end.text}
      </span>
      <FileLinks paths={filesOf(job)} />
    </li>
  );
};

export const JobsTray = (): ReactNode => {
  const list = useJobList();
  const jobs = useJobs();
  const [isOpen, setIsOpen] = useState(false);
  const running = list.filter((job) => job.state === 'running');
  const [first] = running;
  if (list.length === 0) return null;
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="top-start" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className="status-button"
          onClick={() => setIsOpen(!isOpen)}
          aria-expanded={isOpen}
          aria-label={first === undefined ? 'Jobs, none running' : `Jobs, ${running.length} running`}
        >
          <Icon name={first === undefined ? 'check' : 'sync'} size={0.875} />
          <span className="number">
            {first === undefined
              ? 'Jobs'
              : `${first.label}: ${describeProgress(first)}${running.length > 1 ? ` · ${running.length - 1} more` : ''}`}
          </span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <div className="tray">
          <div className="row" style={{ padding: '0.5rem 0.75rem' }}>
            <strong className="grow">Jobs</strong>
            {list.length > running.length ? (
              <Button size="compact-xs" variant="subtle" onClick={jobs.clearEnded}>
                Clear ended
              </Button>
            ) : null}
            <ActionIcon size="sm" aria-label="Close jobs" onClick={() => setIsOpen(false)}>
              <Icon name="close" />
            </ActionIcon>
          </div>
          <ul className="plain-list" aria-label="Jobs">
            {list.map((job) => (
              <JobEntry key={job.id} job={job} />
            ))}
          </ul>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
};
