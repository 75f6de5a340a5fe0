// What the program knows of itself: version, updates, and the checks that a support desk asks for.
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import type { UpdateState } from '../../../preload/contract/host.ts';
import { callKey, useAction, useBridge, useCall } from '../../bridge/context.tsx';
import { Problem } from '../../components/states.tsx';
import { Bundle } from './bundle.tsx';
import { Checks } from './checks.tsx';

const describeUpdate = (update: UpdateState): string => {
  switch (update.state) {
    case 'unsupported':
      return update.reason;
    case 'idle':
      return 'Not looked for yet.';
    case 'checking':
      return 'Looking…';
    case 'current':
      return 'This is the newest version.';
    case 'downloading':
      return `Version ${update.version} is being downloaded: ${Math.round(update.percent)} %.`;
    case 'ready':
      return `Version ${update.version} is ready and is installed when Afterword quits.`;
    case 'failed':
      return update.message;
  }
};

const Update = (): ReactNode => {
  const bridge = useBridge();
  const queries = useQueryClient();
  const update = useCall('update.get', {});
  const check = useAction('update.check');
  const install = useAction('update.install');
  useEffect(
    () => bridge.on('update.changed', (state) => queries.setQueryData(callKey('update.get', {}), state)),
    [bridge, queries],
  );
  if (!update.data) return null;
  return (
    <div className="row wrap">
      <span>{describeUpdate(update.data)}</span>
      {update.data.state === 'unsupported' ? null : update.data.state === 'ready' ? (
        <Button size="compact-xs" onClick={() => install.mutate({})}>
          Restart now
        </Button>
      ) : (
        <Button size="compact-xs" variant="default" loading={check.isPending} onClick={() => check.mutate({})}>
          Look for updates
        </Button>
      )}
      <Problem error={check.error ?? install.error} />
    </div>
  );
};

export const About = (): ReactNode => {
  const info = useCall('host.info', {});
  return (
    <section className="stack">
      <h2>Afterword {info.data?.version ?? ''}</h2>
      <p className="card-about dim">
        {info.data
          ? `In ${info.data.kind === 'electron' ? 'its own window' : 'a browser window'} on ${info.data.platform}.`
          : ''}{' '}
        Nothing about you or your use of it is sent to anyone.
      </p>
      <Update />
      <h3>Diagnostics</h3>
      <Checks />
      <Bundle />
    </section>
  );
};
