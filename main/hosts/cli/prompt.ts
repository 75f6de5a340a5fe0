// Asks people for secrets and consent; reads secrets from a pipe. A secret is never echoed.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { AppError, cancelledError } from '../../../preload/contract/errors.ts';

/** All of standard input, without the line break at its end. */
export const readSecretFromStdin = async (): Promise<string> => {
  const secret = (await text(process.stdin)).trim();
  if (secret === '')
    throw new AppError('invalid_input', 'Standard input was empty: pipe the secret or token into this command.');
  return secret;
};

export const askSecret = async (question: string): Promise<string> => {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const stop = new AbortController();
  lines.once('SIGINT', () => stop.abort());
  try {
    return (await lines.question('', { signal: stop.signal })).trim();
  } catch (error) {
    throw stop.signal.aborted ? cancelledError() : error;
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
};

/** Throws AppError cancelled unless the user says yes; invalid_input where nobody can be asked. */
export const confirm = async (question: string): Promise<void> => {
  if (!process.stdin.isTTY)
    throw new AppError('invalid_input', 'This cannot be undone and nobody is here to ask: add --yes.');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw cancelledError();
};
