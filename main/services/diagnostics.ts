// The bundle for a support desk: one JSON file that says how this installation is made up and what went wrong lately, and
// nothing of anybody. Everything in it is put in by name; whatever is not, is not in it.
import { closeSync, existsSync, fstatSync, readdirSync, readSync, statSync } from 'node:fs';
import { cpus, homedir, release, totalmem, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import { writeAtomically } from '../reports/atomic-file.ts';
import { cachePath } from '../store/cache.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import type { Library } from '../store/library.ts';
import { openRegular } from '../store/regular-file.ts';
import type { Doctor } from './doctor.ts';
import { refuseOwnFiles } from './output.ts';
import { createSentenceScrubber, scrubLogLine } from './scrub-log.ts';
import type { Workspaces } from './workspaces.ts';

export type Diagnostics = {
  write(input: ParsedInput<'doctor.bundle'>): Promise<ProcedureOutput<'doctor.bundle'>>;
};

/** The log of a windowed run, in the data folder. */
export const logPath = (dataDir: string): string => join(dataDir, 'afterword.log');

const LOG_LINES = 200;
const LOG_BYTES = 256 * 1024;
/** Whether they are set; never to what. */
const toldVariables = [
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CREDENTIALS_DIRECTORY',
  'AFTERWORD_TOKEN',
  'AFTERWORD_CLIENT_SECRET',
  'AFTERWORD_DATA_DIR',
  'AFTERWORD_CACHE_KEY_FILE',
  'AFTERWORD_PLAIN_CACHE',
];

const readLogLines = (path: string): Record<string, unknown>[] => {
  if (!existsSync(path)) return [];
  const file = openRegular(path);
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, LOG_BYTES);
    const buffer = Buffer.alloc(length);
    readSync(file, buffer, 0, length, size - length);
    return buffer
      .toString('utf8')
      .split('\n')
      .map(scrubLogLine)
      .filter((line) => line !== null)
      .slice(-LOG_LINES);
  } finally {
    closeSync(file);
  }
};

const knownFile = /^(?:cache\.db[\w.-]*|library\.db[\w.-]*|search-index\.bin[\w.-]*|afterword\.log)$/;

/** Sizes and modes of the files of a folder; those that are not ours under no name. */
const describeFolder = (folder: string): { name: string; bytes: number; mode: string; changedAt: string }[] =>
  !existsSync(folder)
    ? []
    : readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => {
          const { size, mode, mtimeMs } = statSync(join(folder, name));
          return {
            name: knownFile.test(name) ? name : '(another file)',
            bytes: size,
            mode: (mode & 0o777).toString(8),
            changedAt: isoFromS(Math.floor(mtimeMs / 1000)),
          };
        });

/** Hours of each endpoint in each state. */
const sumCoverage = (windows: readonly CoverageWindow[]) => {
  const sums = new Map<string, { endpoint: string; state: string; windows: number; hours: number }>();
  for (const { endpoint, state, fromS, toS } of windows) {
    const key = `${endpoint} ${state}`;
    const sum = sums.get(key) ?? { endpoint, state, windows: 0, hours: 0 };
    sums.set(key, { ...sum, windows: sum.windows + 1, hours: sum.hours + (toS - fromS) / 3600 });
  }
  return [...sums.values()].map((sum) => ({ ...sum, hours: Math.round(sum.hours * 10) / 10 }));
};

const describeSettings = (workspace: Workspace) => {
  const { figures } = workspace;
  return {
    host: new URL(workspace.host).host,
    endpoints: workspace.endpoints,
    requestsPerMinute: workspace.requestsPerMinute,
    zone: workspace.zone,
    csatPolarity: workspace.csatPolarity,
    signsInWith: workspace.clientId === null ? 'token' : 'client secret',
    isSample: workspace.sample !== null,
    retentionDays: workspace.retentionDays,
    filters: { channels: workspace.channels.length, queues: workspace.queues.length, direction: workspace.direction },
    rules: { ...figures.rules, openingHours: figures.rules.openingHours === null ? null : 'set' },
    composite: figures.composite.map(({ metric, weight }) => ({ metric, weight })),
    teams: figures.teams.length,
    targets: figures.targets.length,
  };
};

export const createDiagnostics = (
  ports: Ports,
  library: Library,
  workspaces: Workspaces,
  doctor: Pick<Doctor, 'run'>,
): Diagnostics => {
  /** What went wrong instead of an answer: a cache that cannot be opened is just what a bundle is asked for. */
  const orProblem = async <T>(work: () => Promise<T>): Promise<T | { problem: string }> => {
    try {
      return await work();
    } catch (error) {
      return { problem: error instanceof AppError ? error.code : 'internal' };
    }
  };

  const describeWorkspace = async (workspace: Workspace, number: number, scrub: (sentence: string) => string) => ({
    workspace: `workspace ${number}`,
    settings: describeSettings(workspace),
    files: describeFolder(dirname(cachePath(ports.dataDir, workspace.id))),
    cache: existsSync(cachePath(ports.dataDir, workspace.id))
      ? await orProblem(async () => {
          const query = await workspaces.query(workspace);
          const { file, runs } = await query.call('describe', undefined);
          return { file, runs, coverage: sumCoverage(await query.call('coverage', undefined)) };
        })
      : null,
    checks: await orProblem(async () => {
      const { checks } = await doctor.run({ workspace: workspace.id });
      return checks.map(({ name, state, message }) => ({ name, state, message: scrub(message) }));
    }),
  });

  return {
    async write({ out }) {
      refuseOwnFiles(out, ports.dataDir);
      const all = workspaces.list();
      const scrub = createSentenceScrubber([
        [ports.dataDir, '(data folder)'],
        [homedir(), '~'],
        [userInfo().username, '(user)'],
        ...all.flatMap(({ id, name, accountId, appId }, index): [string, string][] => [
          [id, `workspace ${index + 1}`],
          [name, `workspace ${index + 1}`],
          [accountId, '(account)'],
          [appId, '(app)'],
        ]),
      ]);
      const described: unknown[] = [];
      for (const [index, workspace] of all.entries())
        described.push(await describeWorkspace(workspace, index + 1, scrub));
      const bundle = {
        about: 'Made by “afterword doctor --bundle”. Holds no conversation, no name, no secret, no address.',
        madeAt: isoFromS(Math.floor(ports.clock.nowMs() / 1000)),
        program: {
          version: ports.version ?? ports.desktop?.info.version ?? 'unknown',
          host: ports.desktop?.info.kind ?? 'command line',
          versions: Object.fromEntries(
            Object.entries(process.versions).filter(([name]) =>
              ['node', 'electron', 'chrome', 'openssl', 'v8'].includes(name),
            ),
          ),
        },
        system: {
          platform: process.platform,
          arch: process.arch,
          release: release(),
          processors: cpus().length,
          memoryBytes: totalmem(),
          zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          variablesSet: toldVariables.filter((name) => (ports.env[name] ?? '') !== ''),
        },
        library: { file: library.describe(), files: describeFolder(ports.dataDir) },
        workspaces: described,
        log: readLogLines(logPath(ports.dataDir)),
      };
      const text = `${JSON.stringify(bundle, null, 2)}\n`;
      await writeAtomically(out, (write) => write(text));
      library.audit(ports.clock.nowMs(), null, 'diagnostics', { bytes: Buffer.byteLength(text) });
      return { path: out, bytes: Buffer.byteLength(text) };
    },
  };
};
