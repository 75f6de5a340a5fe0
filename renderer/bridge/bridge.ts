// The page's only way to the program: typed calls and events over whatever transport the host put on `window`. Knows the
// contract and nothing of Electron or HTTP.
import { AppError, errorFromBody } from '../../preload/contract/errors.ts';
import type {
  EventName,
  EventPayload,
  ProcedureInput,
  ProcedureName,
  ProcedureOutput,
  Result,
} from '../../preload/contract/procedures.ts';

/** What a host exposes: preload/index.ts in Electron. */
export type Transport = {
  call(name: string, input: unknown): Promise<unknown>;
  on(name: EventName, listener: (payload: unknown) => void): () => void;
};

export type Bridge = {
  /** Throws AppError. */
  call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>>;
  /** Gives the function that ends the subscription. */
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void;
};

export const createBridge = (transport: Transport): Bridge => ({
  async call(name, input) {
    const result = (await transport.call(name, input)) as Result<ProcedureOutput<typeof name>> | undefined;
    if (!result) throw new AppError('internal', 'The program gave no answer. Restart Afterword.');
    if (!result.ok) throw errorFromBody(result.error);
    return result.data;
  },
  on: (name, listener) => transport.on(name, (payload) => listener(payload as EventPayload<typeof name>)),
});
