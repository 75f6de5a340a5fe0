// Home: how fresh the data are, what needs attention, and the figures one looks at first.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useCall } from '../../bridge/context.tsx';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failure, Loading } from '../../components/states.tsx';
import { go } from '../../hooks/route.ts';
import { useSync } from '../../hooks/sync.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { summarizeFreshness } from '../../model/coverage.ts';
import { formatMany, formatSpan } from '../../model/format.ts';
import { describeProgress } from '../../model/job-text.ts';
import { JobProgressBar } from '../../shell/jobs-tray.tsx';
import { Page } from '../../shell/page.tsx';
import { Attention } from './attention.tsx';
import { Headlines } from './headlines.tsx';
import './home.css';
import { countOfAll } from './reads.ts';

const SyncButton = (): ReactNode => {
  const { sync, stop, running } = useSync();
  return running === null ? (
    <Button leftSection={<Icon name="sync" size={0.875} />} onClick={sync}>
      Sync now
    </Button>
  ) : (
    <Button variant="default" onClick={stop} disabled={running.isCancelling}>
      Stop the sync
    </Button>
  );
};

const SyncStatus = (): ReactNode => {
  const { running } = useSync();
  if (running === null) return null;
  return (
    <section className="panel stack" aria-label="Sync">
      <div className="row">
        <strong>{running.label}</strong>
        <span className="dim number push">{describeProgress(running)}</span>
      </div>
      <JobProgressBar job={running} />
    </section>
  );
};

export const Home = (): ReactNode => {
  const { workspace, formats } = useWorkspace();
  const coverage = useCall('coverage.get', { workspace: workspace.id });
  const all = useCall('search.run', countOfAll(workspace.id));
  const { running } = useSync();
  if (coverage.isPending || all.isPending)
    return (
      <Page title="Home" controls={<span className="push" />}>
        <Loading lines={8} />
      </Page>
    );
  const failed = coverage.error ?? all.error;
  if (failed)
    return (
      <Page title="Home">
        <Failure
          error={failed}
          onRetry={() => {
            void coverage.refetch();
            void all.refetch();
          }}
        />
      </Page>
    );
  const freshness = summarizeFreshness(coverage.data?.ranges ?? []);
  const ageS = freshness.completeTo === null ? null : (Date.now() - Date.parse(freshness.completeTo)) / 1000;
  const holes = freshness.troubled.length + freshness.gaps.length;
  const total = all.data?.total ?? 0;
  return (
    <Page
      title="Home"
      controls={
        <>
          <span className="dim">
            {workspace.sample === null ? new URL(workspace.host).host : 'A made-up contact centre'}
          </span>
          <span className="push" />
          <SyncButton />
        </>
      }
    >
      <div className="home">
        <SyncStatus />
        {total === 0 && running === null ? (
          <Empty icon="sync" title="Nothing synced yet" actions={<SyncButton />}>
            The first sync fetches the last 30 days and takes a few minutes. You can stop it at any time and go on
            later; older days can be fetched from Coverage.
          </Empty>
        ) : freshness.completeTo === null && running !== null ? (
          <Empty icon="sync" title="The first sync is under way">
            Figures come when it is done. What has come in can be searched already, and you can leave this screen.
          </Empty>
        ) : (
          <>
            <section className="home-facts" aria-label="Data">
              <button type="button" className="fact" onClick={() => go('coverage')}>
                <span className="dim">Synced up to</span>
                <strong className="number">
                  {freshness.completeTo === null ? 'nothing yet' : formats.moment(freshness.completeTo)}
                </strong>
                <span className={ageS !== null && ageS > 86_400 ? 'tone-warn' : 'dim'}>
                  {ageS === null ? '' : ageS < 120 ? 'just now' : `${formatSpan(ageS)} ago`}
                </span>
              </button>
              <button type="button" className="fact" onClick={() => go('coverage')}>
                <span className="dim">From</span>
                <strong className="number">{freshness.from === null ? '–' : formats.longDay(freshness.from)}</strong>
                <span className={holes > 0 ? 'tone-warn' : 'dim'}>
                  {holes === 0 ? 'no hole since' : `${formatMany(holes, 'hole')} since`}
                </span>
              </button>
              <button type="button" className="fact" onClick={() => go('search')}>
                <span className="dim">Conversations</span>
                <strong className="number">{total.toLocaleString('en-GB')}</strong>
                <span className="dim">
                  {freshness.newestFetch === null ? '' : `last fetched ${formats.moment(freshness.newestFetch)}`}
                </span>
              </button>
            </section>
            <Headlines />
            <Attention ranges={coverage.data?.ranges ?? []} />
          </>
        )}
      </div>
    </Page>
  );
};
