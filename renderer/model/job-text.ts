// What a job is doing, and what came of it, in one sentence each.
import type { Job } from '../hooks/jobs.tsx';
import { formatCount, formatMany, formatSpan } from './format.ts';

export const describeProgress = (job: Job): string => {
  if (job.isCancelling) return 'Stopping…';
  const { progress } = job;
  if (progress === null) return 'Starting…';
  if (progress.kind === 'export') return `${formatMany(progress.rows, 'row')} written`;
  if (progress.kind === 'report') return progress.step;
  const left = progress.secondsLeft === null ? '' : ` · about ${formatSpan(progress.secondsLeft)} left`;
  return `${formatMany(progress.rows, 'record')} · ${formatMany(progress.requestsPerMinute, 'request')} in the last minute${left}`;
};

/** 0-1, or null where nobody knows how much there is. */
export const fractionOf = ({ progress }: Job): number | null =>
  progress?.kind === 'sync' && progress.windowsKnown > 0 ? progress.windowsDone / progress.windowsKnown : null;

export type Outcome = { tone: 'good' | 'warn' | 'bad'; text: string };

export const describeEnd = (job: Job): Outcome => {
  if (job.state === 'cancelled') return { tone: 'warn', text: 'Stopped. What was done until then is kept.' };
  if (job.state === 'failed') return { tone: 'bad', text: job.error?.message ?? 'It failed.' };
  const { result } = job;
  switch (result?.kind) {
    case undefined:
      return { tone: 'good', text: 'Done.' };
    case 'sync': {
      const { inserted, updated, quarantined, windows } = result.summary;
      const trouble = [
        windows.failed > 0 ? `${formatMany(windows.failed, 'stretch', 'stretches')} failed` : '',
        windows.capped > 0 ? `${formatMany(windows.capped, 'stretch', 'stretches')} could not be fetched whole` : '',
        quarantined > 0 ? `${formatMany(quarantined, 'record')} could not be read` : '',
      ].filter((part) => part !== '');
      // Where two endpoints are asked, the second adds to what the first brought: that is no change.
      const text = `${formatCount(inserted)} new, ${formatCount(updated)} completed or changed${trouble.length > 0 ? `; ${trouble.join(', ')}` : ''}.`;
      return { tone: trouble.length > 0 ? 'warn' : 'good', text };
    }
    case 'export':
      return { tone: 'good', text: `${formatMany(result.rows, 'row')} written.` };
    case 'report':
      return { tone: 'good', text: `${formatMany(result.files.length, 'file')} written.` };
    case 'report-again':
      return result.isIdentical
        ? { tone: 'good', text: 'The same bytes as when it was issued.' }
        : { tone: 'warn', text: result.message };
    case 'schedule': {
      const done = result.runs.filter(({ state }) => state === 'done').length;
      const failed = result.runs.filter(({ state }) => state === 'failed').length;
      if (failed > 0) return { tone: 'bad', text: `${formatCount(done)} made, ${formatCount(failed)} failed.` };
      return { tone: 'good', text: done === 0 ? 'Nothing was due.' : `${formatMany(done, 'report')} made.` };
    }
  }
};

/** The files a job wrote, to open or show. */
export const filesOf = ({ result }: Job): readonly string[] => {
  if (result?.kind === 'report') return result.files;
  if (result?.kind === 'report-again') return result.files.map(({ path }) => path);
  return [];
};
