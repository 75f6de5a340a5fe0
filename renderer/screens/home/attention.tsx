// What needs somebody: stretches that are not whole, data that grew old, schedules that failed, a scale nobody confirmed.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CoverageRange } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { Loading, Notice } from '../../components/states.tsx';
import { go, type Screen } from '../../hooks/route.ts';
import { useSync } from '../../hooks/sync.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { summarizeFreshness } from '../../model/coverage.ts';
import { formatMany, formatSpan } from '../../model/format.ts';

type Item = { tone: 'warn' | 'bad' | 'info'; text: string; to: Screen; part?: string; action: string };
const OLD_S = 86_400;

export const Attention = ({ ranges }: { ranges: readonly CoverageRange[] }): ReactNode => {
  const { workspace, formats } = useWorkspace();
  const schedules = useCall('schedule.list', {});
  const { running } = useSync();
  const { troubled, completeTo, gaps } = summarizeFreshness(ranges);
  const items: Item[] = [];
  for (const state of ['failed', 'capped', 'open'] as const) {
    const those = troubled.filter((range) => range.state === state);
    const [newest] = those;
    if (newest === undefined || (state === 'open' && running !== null)) continue;
    const what = {
      failed: 'failed',
      capped: 'hold more than the API can deliver',
      open: 'were begun and not finished',
    }[state];
    items.push({
      ...{ tone: state === 'failed' ? 'bad' : 'warn', to: 'coverage', action: 'See which' },
      text: `${formatMany(those.length, 'stretch', 'stretches')} of time ${what}, the newest ${formats.moment(newest.from)} – ${formats.moment(newest.to)}.`,
    });
  }
  const gap = gaps.at(-1);
  if (gap !== undefined)
    items.push({
      ...{ tone: 'warn', to: 'coverage', action: 'See which' },
      text: `${formatMany(gaps.length, 'stretch', 'stretches')} of time between synced days ${gaps.length === 1 ? 'was' : 'were'} never asked for, the newest ${formats.moment(gap.from)} – ${formats.moment(gap.to)}.`,
    });
  if (schedules.isError)
    items.push({
      tone: 'bad',
      to: 'reports',
      action: 'Reports',
      text: `Schedules could not be read: ${schedules.error.message}`,
    });
  const ageS = completeTo === null ? 0 : (Date.now() - Date.parse(completeTo)) / 1000;
  if (ageS > OLD_S)
    items.push({
      ...{ tone: 'warn', to: 'coverage', action: 'Coverage' },
      text: `The newest data are ${formatSpan(ageS)} old. Figures of today and of a running week know nothing newer.`,
    });
  for (const schedule of schedules.data ?? []) {
    const [last] = schedule.runs;
    if (last?.state === 'failed' || last?.state === 'missed')
      items.push({
        ...{ tone: 'bad', to: 'reports', action: 'Schedules' },
        text: `“${schedule.definition}”, due ${formats.moment(last.dueAt)}, was ${last.state === 'failed' ? 'not made' : 'missed'}${last.message === '' ? '.' : `: ${last.message}`}`,
      });
  }
  if (workspace.csatPolarity === 'unset')
    items.push({
      ...{ tone: 'info', to: 'settings', part: 'counting', action: 'Settings' },
      text: 'Nobody has confirmed which end of the CSAT scale is the good one, so CSAT is shown without judging it.',
    });
  return (
    <section aria-label="Needs attention" className="stack">
      <h2>Needs attention</h2>
      {schedules.isPending ? (
        <Loading lines={1} />
      ) : items.length === 0 ? (
        <Notice tone="good">Nothing. The data are whole and fresh, and every schedule ran.</Notice>
      ) : (
        items.map(({ tone, text, to, part, action }) => (
          <Notice
            key={text}
            tone={tone}
            action={
              <Button size="compact-xs" variant="default" onClick={() => go(to, { part: part ?? '' })}>
                {action}
              </Button>
            }
          >
            {text}
          </Notice>
        ))
      )}
    </section>
  );
};
