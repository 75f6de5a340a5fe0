// The transport to the browser host: calls by POST, events by a stream that is opened again when it breaks. Owns the
// window's session; knows nothing of what is called. See main/hosts/browser/server.ts for the other end.
import type { EventName } from '../../preload/contract/procedures.ts';
import type { Transport } from './bridge.ts';

const sessionKey = 'afterword.session';
const sessionHeader = 'x-afterword-session';
const firstRetryMs = 500;
const longestRetryMs = 10_000;

type Heard = { id: string; name: string; data: string };

/** Cuts a stream's text into events; gives what is left over. */
const readEvents = (text: string, onEvent: (event: Heard) => void): string => {
  const blocks = text.split('\n\n');
  const rest = blocks.pop() ?? '';
  for (const block of blocks) {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const name = fields.get('event');
    if (name !== undefined) onEvent({ id: fields.get('id') ?? '', name, data: fields.get('data') ?? 'null' });
  }
  return rest;
};

const failed = (message: string) => ({ ok: false, error: { code: 'internal', message } });

/**
 * The session is exchanged for the key in the address, once, and kept for this tab so that it can be reloaded. When
 * events were missed, `data.changed` for every topic makes the page read everything anew.
 */
export const createHttpTransport = (): Transport => {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const tell = (name: EventName, payload: unknown): void => {
    for (const listener of listeners.get(name) ?? []) listener(payload);
  };

  const openSession = async (): Promise<string> => {
    const key = location.hash.slice(1);
    // “#/search?…” is a place in the window, after a reload.
    if (key === '' || key.startsWith('/')) return sessionStorage.getItem(sessionKey) ?? '';
    // Out of the address bar and the history before anything else happens.
    history.replaceState(null, '', '/');
    const response = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(key),
    });
    if (!response.ok) return sessionStorage.getItem(sessionKey) ?? '';
    const { session } = (await response.json()) as { session: string };
    sessionStorage.setItem(sessionKey, session);
    return session;
  };
  const opening = openSession().catch(() => '');

  const hear = async (): Promise<void> => {
    let lastId: string | null = null;
    let retryMs = firstRetryMs;
    for (;;) {
      try {
        const headers: Record<string, string> = { [sessionHeader]: await opening };
        if (lastId !== null) headers['last-event-id'] = lastId;
        const response = await fetch('/events', { headers });
        // Not our session: asking again changes nothing, and every call says so.
        if (response.status === 401) return;
        if (response.ok && response.body) {
          let rest = '';
          for await (const chunk of response.body.pipeThrough(
            new TextDecoderStream(),
          ) as unknown as AsyncIterable<string>) {
            retryMs = firstRetryMs;
            rest = readEvents(rest + chunk, ({ id, name, data }) => {
              lastId = id;
              if (name === 'again') {
                tell('data.changed', {
                  topics: ['workspaces', 'conversations', 'coverage', 'reports', 'schedules', 'figures', 'searches'],
                });
              } else if (name !== 'hello') tell(name as EventName, JSON.parse(data));
            });
          }
        }
      } catch {
        // The program is restarting or gone: calls say so to the user, this waits for it to come back.
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  };
  let isHearing = false;

  return {
    async call(name, input) {
      try {
        const response = await fetch(`/call/${name}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', [sessionHeader]: await opening },
          body: input === undefined ? '' : JSON.stringify(input),
        });
        return await response.json();
      } catch {
        return failed('Afterword does not answer. Look at the terminal where it runs, or start it again.');
      }
    },
    on(name, listener) {
      if (!isHearing) void hear();
      isHearing = true;
      const group = listeners.get(name) ?? new Set();
      listeners.set(name, group.add(listener));
      return () => {
        group.delete(listener);
      };
    },
  };
};
