// Runs the sample contact centre of a sample workspace: on loopback, while this program runs, with a sign-in of its own.
import { defaultFigureSettings } from '../../preload/contract/figures.ts';
import type { SampleSettings, Workspace } from '../../preload/contract/workspace.ts';
import type { Credential } from '../ports.ts';
import { createSampleCentre } from '../sample/generator.ts';
import type { SampleServer } from '../sample/server.ts';

/** Nobody else shares the sample's budget, and nobody should wait for it. */
const REQUESTS_PER_MINUTE = 6000;

export type Sampling = {
  start(sample: SampleSettings): Promise<{ host: string; credential: Credential }>;
  close(): Promise<void>;
};

/** Loaded when it is needed: few windows ever show a sample, and what checks its tokens is forty modules. */
const startServer = async (sample: SampleSettings): Promise<SampleServer> => {
  const { startSampleServer } = await import('../sample/server.ts');
  return startSampleServer(createSampleCentre(sample), { requestsPerMinute: REQUESTS_PER_MINUTE });
};

export const createSampling = (): Sampling => {
  const servers = new Map<string, Promise<SampleServer>>();
  return {
    async start(sample) {
      const key = JSON.stringify(sample);
      const started = servers.get(key) ?? startServer(sample);
      servers.set(key, started);
      const server = await started;
      return {
        host: server.origin,
        credential: { kind: 'client-secret', clientId: server.clientId, secret: server.clientSecret },
      };
    },
    async close() {
      for (const server of servers.values()) await (await server).close();
    },
  };
};

/** The workspace over a sample: v2 for statuses and consults, v1 for surveys, as the API splits them. */
export const sampleWorkspace = (sample: SampleSettings, id: string): Workspace => {
  const { accountId, appId } = createSampleCentre(sample);
  return {
    id,
    name: 'Sample',
    host: 'http://127.0.0.1',
    accountId,
    appId,
    clientId: null,
    endpoints: ['v2-interactions', 'v1-calls'],
    requestsPerMinute: REQUESTS_PER_MINUTE,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    csatPolarity: 'higher-is-better',
    figures: defaultFigureSettings,
    channels: [],
    queues: [],
    direction: null,
    retentionDays: null,
    sample,
  };
};
