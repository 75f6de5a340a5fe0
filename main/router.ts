// The one door: parses a call's input, runs its handler, wraps the answer in an envelope, writes one line of log (name,
// time, code; never the input).
import { AppError } from '../preload/contract/errors.ts';
import { describeInputProblem } from '../preload/contract/input-problem.ts';
import {
  type ParsedInput,
  type ProcedureInput,
  type ProcedureName,
  type ProcedureOutput,
  procedures,
  type Result,
} from '../preload/contract/procedures.ts';
import type { Clock, Log } from './ports.ts';
import { stackForLog, toErrorBody } from './workers/rpc.ts';

export type ProcedureHandlers = {
  [N in ProcedureName]: (input: ParsedInput<N>) => Promise<ProcedureOutput<N>> | ProcedureOutput<N>;
};
export type Call = <N extends ProcedureName>(name: N, input: ProcedureInput<N>) => Promise<Result<ProcedureOutput<N>>>;

/** `explain` turns what the files of this thread throw into coded errors. */
export const createRouter = (
  handlers: ProcedureHandlers,
  clock: Clock,
  log: Log,
  explain: (error: unknown) => unknown,
): Call => {
  return async (name, input) => {
    const startedMs = clock.monotonicMs();
    const took = (): number => Math.round(clock.monotonicMs() - startedMs);
    try {
      if (!Object.hasOwn(procedures, name)) throw new AppError('invalid_input', 'There is no such procedure.');
      const parsed = procedures[name].input.safeParse(input);
      if (!parsed.success) throw new AppError('invalid_input', describeInputProblem(parsed.error));
      const handler = handlers[name] as (input: unknown) => Promise<ProcedureOutput<typeof name>>;
      const data = await handler(parsed.data);
      log.debug('call', { name, ms: took(), code: 'ok' });
      return { ok: true, data };
    } catch (thrown) {
      const error = explain(thrown);
      const body = toErrorBody(error);
      log.warn('call failed', { name, ms: took(), code: body.code, stack: stackForLog(error) });
      return { ok: false, error: body };
    }
  };
};
