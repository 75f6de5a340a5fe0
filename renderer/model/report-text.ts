// Words about reports and schedules.
import type { Cadence, ChangeKind, Schedule, ScheduleRun } from '../../preload/contract/report.ts';

/** agent-scorecards: Agent scorecards */
export const kindLabel = (kind: string): string => {
  const words = kind.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};

export const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
export const cadenceLabels: Record<Cadence, string> = {
  daily: 'Every day',
  weekly: 'Every week',
  monthly: 'Every month',
};

export const describeCadence = ({ cadence, weekday, monthDay, time }: Schedule): string => {
  if (cadence === 'weekly' && weekday !== null) return `${weekdays[weekday - 1] ?? ''}s at ${time}`;
  if (cadence === 'monthly' && monthDay !== null)
    return `${monthDay >= 29 ? `Day ${monthDay}, or the last of the month,` : `Day ${monthDay} of the month`} at ${time}`;
  return `${cadenceLabels[cadence]} at ${time}`;
};

export const runWords: Record<ScheduleRun['state'], string> = {
  claimed: 'running',
  done: 'made',
  failed: 'failed',
  missed: 'missed',
};

export const changeWords: Record<ChangeKind, string> = {
  appeared: 'appeared',
  closed: 'closed',
  survey: 'got another survey',
  disposition: 'disposition edited',
  other: 'changed otherwise',
};
