// The ids of agents, queues and bots as people give them: by id, by name, and for agents by e-mail.
import { AppError } from '../../preload/contract/errors.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { unnamedKey } from '../metrics/grouping.ts';
import type { Workspaces } from './workspaces.ts';

export type NamedGroup = 'agent' | 'queue' | 'bot';

const given: Record<NamedGroup, string> = {
  agent: 'an agent’s id, name or e-mail',
  queue: 'a queue’s id or name',
  bot: 'a bot’s id',
};

/**
 * The key of a row. Throws AppError not_found when nothing in the cache is called so, whatever the period: figures of nobody
 * must not pass for figures; invalid_input when several are.
 */
export const findRowKey = async (
  workspaces: Workspaces,
  workspace: Workspace,
  by: NamedGroup,
  text: string,
): Promise<string> => {
  if (text === unnamedKey) return text;
  const found = await (await workspaces.query(workspace)).call('findNamed', { by, text });
  const [first] = found.includes(text) ? [text] : found;
  if (first === undefined)
    throw new AppError('not_found', `There is no ${by} “${text}” in the cache. Give ${given[by]}.`);
  if (found.length > 1 && first !== text)
    throw new AppError('invalid_input', `Several ${by}s are called “${text}”: ${found.join(', ')}. Give an id.`);
  return first;
};
