// A dispatcher that hands its requests to others, and ends with them: undici's two ways to end it, each by promise or callback.
import { Dispatcher } from 'undici';

export abstract class EndingDispatcher extends Dispatcher {
  /** Takes no more requests, and ends each agent so. */
  protected abstract end(how: (agent: Dispatcher) => Promise<void>): Promise<void>;

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | undefined {
    const ended = this.end((agent) => agent.close());
    if (callback === undefined) return ended;
    ended.finally(callback);
    return undefined;
  }

  override destroy(error?: Error | null): Promise<void>;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(first?: Error | null | (() => void), second?: () => void): Promise<void> | undefined {
    const callback = typeof first === 'function' ? first : second;
    const ended = this.end((agent) => agent.destroy(typeof first === 'function' ? null : (first ?? null)));
    if (callback === undefined) return ended;
    ended.finally(callback);
    return undefined;
  }
}
