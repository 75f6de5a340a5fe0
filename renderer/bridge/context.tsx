// Hands the bridge to the components below, and the typed reads that screens are made of: one TanStack query for each
// call, kept under its procedure's name so that events can tell which are stale.
import { keepPreviousData, type UseQueryResult, useMutation, useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { AppError } from '../../preload/contract/errors.ts';
import type {
  EventPayload,
  ProcedureInput,
  ProcedureName,
  ProcedureOutput,
} from '../../preload/contract/procedures.ts';
import type { Bridge } from './bridge.ts';

const BridgeContext = createContext<Bridge | null>(null);

export const BridgeProvider = ({ bridge, children }: { bridge: Bridge; children: ReactNode }): ReactNode => (
  <BridgeContext value={bridge}>{children}</BridgeContext>
);

export const useBridge = (): Bridge => {
  const bridge = useContext(BridgeContext);
  if (bridge === null)
    throw new AppError('internal', 'The window has no connection to the program. Restart Afterword.');
  return bridge;
};

export type Topic = EventPayload<'data.changed'>['topics'][number];

const figureTopics: readonly Topic[] = ['conversations', 'coverage', 'workspaces', 'figures'];

/** What each read shows, and so what makes it stale. Reads that are not here never go stale. */
export const topicsOf: Partial<Record<ProcedureName, readonly Topic[]>> = {
  'workspaces.list': ['workspaces'],
  'coverage.get': ['coverage', 'workspaces'],
  'search.run': ['conversations', 'workspaces'],
  'conversation.get': ['conversations'],
  'conversation.raw': ['conversations'],
  'search.complete': ['conversations', 'workspaces'],
  'search.saved': ['searches'],
  'scorecard.get': figureTopics,
  'scorecard.totals': figureTopics,
  'scorecard.figures': figureTopics,
  'scorecard.card': figureTopics,
  'scorecard.peers': figureTopics,
  'figure.rows': figureTopics,
  'reconcile.run': figureTopics,
  'settings.get': ['figures', 'workspaces'],
  'targets.list': ['figures'],
  'teams.list': ['figures'],
  'workspaces.belongings': ['reports', 'schedules', 'searches', 'conversations'],
  'report.list': ['reports'],
  'report.definitions': ['reports'],
  'report.preview': ['reports', ...figureTopics],
  'report.diff': ['reports', 'conversations', 'figures'],
  'schedule.list': ['schedules'],
  'forget.count': ['conversations'],
  'encryption.get': ['conversations', 'workspaces'],
  'audit.list': ['conversations', 'reports', 'workspaces'],
};

export const callKey = <N extends ProcedureName>(name: N, input: ProcedureInput<N>): readonly unknown[] => [
  name,
  input,
];

/** Calls a reading procedure and keeps its answer. `isKept`: shows the answer before while a new input loads. */
export const useCall = <N extends ProcedureName>(
  name: N,
  input: ProcedureInput<N>,
  options: { isEnabled?: boolean; isKept?: boolean; staleMs?: number } = {},
): UseQueryResult<ProcedureOutput<N>, AppError> => {
  const bridge = useBridge();
  return useQuery<ProcedureOutput<N>, AppError>({
    queryKey: callKey(name, input),
    queryFn: () => bridge.call(name, input),
    enabled: options.isEnabled ?? true,
    staleTime: options.staleMs ?? Number.POSITIVE_INFINITY,
    ...(options.isKept ? { placeholderData: keepPreviousData as never } : {}),
  });
};

/** Calls a writing procedure when told to. The program says by event what became stale. */
export const useAction = <N extends ProcedureName>(
  name: N,
  options: { onDone?: (output: ProcedureOutput<N>) => void; onFailed?: (error: AppError) => void } = {},
) => {
  const bridge = useBridge();
  return useMutation<ProcedureOutput<N>, AppError, ProcedureInput<N>>({
    mutationFn: (input) => bridge.call(name, input),
    ...(options.onDone ? { onSuccess: options.onDone } : {}),
    ...(options.onFailed ? { onError: options.onFailed } : {}),
  });
};

/** The sentence to show for whatever was thrown. */
export const sentenceOf = (error: unknown): string =>
  error instanceof AppError ? error.message : 'Something unexpected went wrong. Restart Afterword if it happens again.';
