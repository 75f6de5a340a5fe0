// Runs inside a private session bus (see keyring.ts): reads steps as JSON from standard input, makes them with the
// product's own keychain, and prints the outcomes as JSON. Errors are also inspected onto standard error, as a careless
// log would, so that the caller can look for secrets there.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { createKeychain, type Keychain } from '../../main/secrets/keychain.ts';
import { AppError } from '../../preload/contract/errors.ts';

export type Step =
  | { do: 'unlock'; password: string }
  | { do: 'get' | 'delete'; id: string }
  | { do: 'set' | 'set-watched' | 'matches'; id: string; secret: string }
  | { do: 'status' }
  /** The command line, in the same session. */
  | { do: 'afterword'; words: string[]; env: Record<string, string> };

export type Outcome = { tookMs: number } & (
  | { ok: true; value: unknown }
  | { ok: false; code: string; reason: unknown; message: string }
);

export type ChildInput = { steps: Step[]; deadlineMs: number };
export type ChildOutput = { outcomes: Outcome[]; longestGapMs: number };

/** What `set-watched` saw in /proc while the call was under way. */
export type Watched = {
  scans: number;
  sawHelper: boolean;
  secretInArguments: boolean;
  secretInHelperEnvironment: boolean;
};

const readProc = (pid: string, file: 'cmdline' | 'environ'): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It ended meanwhile, or is another user's.
  }
};

const watchProcesses = async (work: Promise<void>, secret: string): Promise<Watched> => {
  const seen: Watched = { scans: 0, sawHelper: false, secretInArguments: false, secretInHelperEnvironment: false };
  let isDone = false;
  const finished = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    seen.scans += 1;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const commandLine = readProc(pid, 'cmdline');
      if (commandLine.includes(secret)) seen.secretInArguments = true;
      if (!commandLine.includes('keyring-process')) continue;
      seen.sawHelper = true;
      if (readProc(pid, 'environ').includes(secret)) seen.secretInHelperEnvironment = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await finished;
  return seen;
};

const perform = async (keychain: Keychain, step: Step): Promise<unknown> => {
  switch (step.do) {
    case 'unlock':
      // The daemon goes to the background and would hold a pipe open; no newline, it would be part of the password.
      return spawnSync('gnome-keyring-daemon', ['--unlock', '--components=secrets'], {
        input: step.password,
        stdio: ['pipe', 'ignore', 'ignore'],
      }).status;
    case 'get':
      return keychain.get(step.id);
    case 'matches':
      return (await keychain.get(step.id)) === step.secret;
    case 'set':
      return keychain.set(step.id, step.secret);
    case 'set-watched':
      return watchProcesses(keychain.set(step.id, step.secret), step.secret);
    case 'delete':
      return keychain.delete(step.id);
    case 'status':
      return keychain.status();
    case 'afterword': {
      const program = fileURLToPath(new URL('../../main/hosts/cli/main.ts', import.meta.url));
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...step.words], {
        env: { ...process.env, ...step.env },
        encoding: 'utf8',
      });
      return { code: status, stdout, stderr };
    }
  }
};

const attempt = async (keychain: Keychain, step: Step): Promise<Outcome> => {
  const startedAtMs = performance.now();
  const tookMs = (): number => Math.round(performance.now() - startedAtMs);
  try {
    return { ok: true, value: (await perform(keychain, step)) ?? null, tookMs: tookMs() };
  } catch (error) {
    console.error(inspect(error, { depth: 10, showHidden: true }));
    if (!(error instanceof AppError)) throw error;
    return { ok: false, code: error.code, reason: error.details?.reason, message: error.message, tookMs: tookMs() };
  }
};

if (import.meta.main) {
  const input = JSON.parse(await text(process.stdin)) as ChildInput;
  const keychain = createKeychain({ deadlineMs: input.deadlineMs });
  const output: ChildOutput = { outcomes: [], longestGapMs: 0 };
  let lastTickMs = performance.now();
  const ticker = setInterval(() => {
    const nowMs = performance.now();
    output.longestGapMs = Math.max(output.longestGapMs, Math.round(nowMs - lastTickMs));
    lastTickMs = nowMs;
  }, 5);
  for (const step of input.steps) {
    output.outcomes.push(await attempt(keychain, step));
    // Starting the daemon blocks this process; that is no matter of the product's.
    if (step.do === 'unlock') lastTickMs = performance.now();
  }
  clearInterval(ticker);
  process.stdout.write(JSON.stringify(output));
  // As the command line ends: a blocked call would hold this up.
  process.exit(0);
}
