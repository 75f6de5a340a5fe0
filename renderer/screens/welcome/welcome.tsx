// The first run, and every later connection: an account, or the sample contact centre.
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Workspace } from '../../../preload/contract/workspace.ts';
import { useBridge } from '../../bridge/context.tsx';
import { Icon } from '../../components/icon.tsx';
import { Problem } from '../../components/states.tsx';
import { useJobs } from '../../hooks/jobs.tsx';
import { go } from '../../hooks/route.ts';
import { writeStored } from '../../hooks/stored.ts';
import { ConnectForm } from './connect-form.tsx';
import './welcome.css';

const SAMPLE = { seed: 1, days: 60, conversations: 5000 };

export const Welcome = ({ isFirst }: { isFirst: boolean }): ReactNode => {
  const bridge = useBridge();
  const jobs = useJobs();
  const [problem, setProblem] = useState<unknown>(null);
  const [isMaking, setIsMaking] = useState(false);
  const open = (workspace: Workspace): void => {
    writeStored('workspace', workspace.id);
    const { sample } = workspace;
    // A first sync fetches the last 30 days; the sample is small enough to come whole.
    const from = sample === null ? {} : { from: new Date(sample.fromS * 1000).toISOString() };
    jobs
      .start('sync.start', { workspace: workspace.id, ...from }, `Sync ${workspace.name}`, workspace.id)
      .then(() => go('home'), setProblem);
  };
  const openSample = async (): Promise<void> => {
    setIsMaking(true);
    setProblem(null);
    try {
      open(await bridge.call('sample.connect', SAMPLE));
    } catch (error) {
      setProblem(error);
      setIsMaking(false);
    }
  };
  return (
    <main className="welcome">
      <div className="welcome-inner">
        <header>
          <div className="row">
            <h1>{isFirst ? 'Welcome to Afterword' : 'Connect an account'}</h1>
            {isFirst ? null : (
              <Button
                className="push"
                variant="default"
                onClick={() => go('home')}
                leftSection={<Icon name="left" size={0.75} />}
              >
                Back
              </Button>
            )}
          </div>
          <p className="dim">
            Search, scorecards and reports over your Kore.ai conversations. Everything is kept on this computer, and
            nothing is sent anywhere but to your own Kore.ai site.
          </p>
        </header>
        <div className="welcome-ways">
          <section className="panel" aria-labelledby="connect-title">
            <h2 id="connect-title">Connect your account</h2>
            <ConnectForm onConnected={open} />
          </section>
          <section className="panel stack welcome-sample" aria-labelledby="sample-title">
            <h2 id="sample-title">Or look around first</h2>
            <p className="dim">
              A made-up contact centre: 12 agents, {SAMPLE.conversations.toLocaleString('en-GB')} conversations over the
              last {SAMPLE.days} days. It needs no account and no network, and everything works on it.
            </p>
            <Button variant="light" loading={isMaking} onClick={() => void openSample()}>
              Open the sample contact centre
            </Button>
            <Problem error={problem} />
          </section>
        </div>
      </div>
    </main>
  );
};
