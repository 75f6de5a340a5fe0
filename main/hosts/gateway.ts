// The door between a page and the program, the same in every host with a window: what comes in is a known procedure of a
// bounded size, what goes out is what the contract says and no more. Imports app's types and the contract.
import type { ErrorBody } from '../../preload/contract/errors.ts';
import { type EventName, events, type ProcedureName, procedures } from '../../preload/contract/procedures.ts';
import type { App } from '../app.ts';
import type { Log } from '../ports.ts';

/** A query is 2000 characters, a pasted token a few thousand: far above anything a page has to send. */
export const maxInputBytes = 256 * 1024;

export type Envelope = { ok: true; data: unknown } | { ok: false; error: ErrorBody };

export const refuse = (code: ErrorBody['code'], message: string): Envelope => ({ ok: false, error: { code, message } });

export type Gateway = {
  /** Never rejects. `name` and `input` are whatever the page sent. */
  call(name: unknown, input: unknown): Promise<Envelope>;
  /** Every event as the contract has it. Gives the function that ends the subscription. */
  onEvent(listener: (name: EventName, payload: unknown) => void): () => void;
};

const unknownProcedure = refuse('invalid_input', 'There is no such procedure.');
const notAsPromised = refuse(
  'internal',
  'The answer was not what this window expects. Restart Afterword; if it stays, run “afterword doctor”.',
);

export const isProcedureName = (name: unknown): name is ProcedureName =>
  typeof name === 'string' && Object.hasOwn(procedures, name);

const sizeOf = (input: unknown): number => {
  try {
    return JSON.stringify(input)?.length ?? 0;
  } catch {
    // A cycle or a bigint: nothing a page of ours sends.
    return Number.POSITIVE_INFINITY;
  }
};

export const createGateway = (app: Pick<App, 'call' | 'subscribe'>, log: Log): Gateway => ({
  async call(name, input) {
    if (!isProcedureName(name)) return unknownProcedure;
    if (sizeOf(input) > maxInputBytes) return refuse('invalid_input', 'The input is too large.');
    try {
      const result = await app.call(name, input as never);
      if (!result.ok) return result;
      // Keys the contract does not name stay here: a field added to a record below is not a field shown to a page.
      const parsed = procedures[name].output.safeParse(result.data);
      if (parsed.success) return { ok: true, data: parsed.data };
      log.error('answer not as promised', { name, path: parsed.error.issues[0]?.path.join('.') });
    } catch (error) {
      log.error('call threw', { name, error: error instanceof Error ? error.name : typeof error });
    }
    return notAsPromised;
  },
  onEvent(listener) {
    const names = Object.keys(events) as EventName[];
    const ends = names.map((name) =>
      app.subscribe(name, (payload) => {
        const parsed = events[name].safeParse(payload);
        if (parsed.success) listener(name, parsed.data);
        else log.error('event not as promised', { name, path: parsed.error.issues[0]?.path.join('.') });
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  },
});
