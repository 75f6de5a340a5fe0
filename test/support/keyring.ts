// A throw-away desktop session for keychain tests: its own HOME, runtime folder and D-Bus session, no display, nothing
// inherited from the machine's session. Each run is a child process under it (keyring-child.ts).
import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from './ensure-system.ts';
import type { ChildInput, ChildOutput, Outcome, Step } from './keyring-child.ts';

/** Why the Secret Service cannot be tested here; null when it can. */
export const findKeyringObstacle = (): string | null => {
  if (process.platform !== 'linux') return `the Secret Service is Linux's; this is ${process.platform}`;
  for (const program of ['dbus-run-session', 'gnome-keyring-daemon']) {
    if (findProgram(program) === null) return `${program} is missing; see test/support/ensure-system.ts`;
  }
  return null;
};

/**
 * Which session bus a run gets: `standard` starts providers on demand as a desktop does, `no-provider` has a bus that
 * starts nothing, `none` has no bus, and an address is used as it is.
 */
export type Bus = 'standard' | 'no-provider' | 'none' | { address: string };

export type RunResult = {
  outcomes: Outcome[];
  /** Longest time the child's event loop stood still. */
  longestGapMs: number;
  stdout: string;
  stderr: string;
  /** Of the whole child process, its end included. */
  tookMs: number;
};

export type Session = {
  /** Folder that holds HOME, the runtime folder, and nothing else. */
  userDir: string;
  home: string;
  run(steps: Step[], options?: { bus?: Bus; deadlineMs?: number; env?: Record<string, string> }): Promise<RunResult>;
  /** Lets the bus "start" a password prompt that never comes up, as if nobody sat at the machine. */
  letPromptsHang(): void;
  remove(): void;
};

const silentBusConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
`;

/** Ends what a session left running, known by the session's own HOME in its environment. */
const endLeftovers = (home: string): void => {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (environment.includes(`HOME=${home}`)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself, or belongs to another user and so not to the session.
    }
  }
};

/** Makes the folders of a session. Call `remove` at the end; runs of one session share their keyring. */
export const createSession = (): Session => {
  const root = mkdtempSync(join(tmpdir(), 'afterword-keyring-'));
  const userDir = join(root, 'user');
  const home = join(userDir, 'home');
  const runtimeDir = join(userDir, 'runtime');
  mkdirSync(home, { recursive: true });
  mkdirSync(runtimeDir);
  chmodSync(runtimeDir, 0o700); // Secret Service and bus refuse a runtime folder that others can enter.
  const configPath = join(root, 'no-provider.conf');
  writeFileSync(configPath, silentBusConfig);
  let runs = 0;

  return {
    userDir,
    home,
    async run(steps, { bus = 'standard', deadlineMs = 10_000, env = {} } = {}) {
      runs += 1;
      const child = [process.execPath, fileURLToPath(new URL('./keyring-child.ts', import.meta.url))];
      const wrapper =
        bus === 'standard'
          ? ['dbus-run-session', '--']
          : bus === 'no-provider'
            ? ['dbus-run-session', `--config-file=${configPath}`, '--']
            : [];
      const [program = '', ...args] = [...wrapper, ...child];
      // Files, not pipes: services that the bus started keep its standard error open after the session has ended.
      const outPath = join(root, `${runs}.out`);
      const errPath = join(root, `${runs}.err`);
      const out = openSync(outPath, 'w');
      const err = openSync(errPath, 'w');
      const startedAtMs = performance.now();
      const exitCode = await new Promise<number | null>((resolve, reject) => {
        const running = spawn(program, args, {
          env: {
            PATH: process.env.PATH,
            LANG: 'C.UTF-8',
            HOME: home,
            XDG_RUNTIME_DIR: runtimeDir,
            ...(typeof bus === 'object' ? { DBUS_SESSION_BUS_ADDRESS: bus.address } : {}),
            ...env,
          },
          stdio: ['pipe', out, err],
        });
        running.once('error', reject);
        running.once('exit', resolve);
        const input: ChildInput = { steps, deadlineMs };
        running.stdin?.end(JSON.stringify(input));
      });
      const tookMs = Math.round(performance.now() - startedAtMs);
      closeSync(out);
      closeSync(err);
      endLeftovers(home);
      const stdout = readFileSync(outPath, 'utf8');
      const stderr = readFileSync(errPath, 'utf8');
      if (exitCode !== 0) throw new Error(`The session ended with ${exitCode}.\n${stderr}`);
      const output = JSON.parse(stdout) as ChildOutput;
      return { ...output, stdout, stderr, tookMs };
    },
    letPromptsHang() {
      const servicesDir = join(runtimeDir, 'dbus-1', 'services');
      mkdirSync(servicesDir, { recursive: true });
      writeFileSync(
        join(servicesDir, 'org.gnome.keyring.SystemPrompter.service'),
        '[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=/bin/sleep 60\n',
      );
    },
    remove() {
      endLeftovers(home);
      rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};

/** Every way in which a secret could lie readable in a file: as text in two encodings, and as base64 or hex. */
export const findInFiles = (folder: string, secret: string): string[] => {
  const needles = [
    Buffer.from(secret, 'utf8'),
    Buffer.from(secret, 'utf16le'),
    // Without the last characters: they depend on what follows.
    Buffer.from(
      Buffer.from(secret)
        .toString('base64')
        .replace(/.{0,3}=*$/, ''),
    ),
    Buffer.from(Buffer.from(secret).toString('hex')),
  ];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const content = readFileSync(path);
      return needles.some((needle) => content.includes(needle));
    });
};
