// Says beside figures what they do not know: days of the period that are not synced whole.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PeriodCoverage } from '../../preload/contract/scorecard.ts';
import { go } from '../hooks/route.ts';
import { useWorkspace } from '../hooks/workspace.tsx';
import { Notice } from './states.tsx';

export const CoverageNote = ({ coverage }: { coverage: PeriodCoverage }): ReactNode => {
  const { formats } = useWorkspace();
  const [hole] = coverage.holes;
  if (coverage.isComplete || hole === undefined) return null;
  const more = coverage.holes.length - 1;
  return (
    <Notice
      tone="warn"
      action={
        <Button size="compact-xs" variant="default" onClick={() => go('coverage')}>
          Coverage
        </Button>
      }
    >
      {coverage.fraction === 0
        ? 'Nothing of this period is synced: '
        : `Only ${Math.floor(coverage.fraction * 100)} % of this period is synced: figures speak of that part alone. Not whole: `}
      {formats.moment(hole.from)} – {formats.moment(hole.to)}
      {more > 0 ? ` and ${more} more` : ''}.
    </Notice>
  );
};
