// What a user is changing and has not saved: only the fields that were touched are the user's, the others follow what is
// saved. So an answer that comes in meanwhile (after a sync, or a change made elsewhere) takes nothing from a form, and
// saving sends what was changed and nothing of before.
import { useEffect, useState } from 'react';

export type Draft<T> = {
  /** As the form shows them. */
  values: T;
  /** What differs from what is saved; empty when nothing does. */
  changes: Partial<T>;
  isChanged: boolean;
  set(changes: Partial<T>): void;
};

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const differencesFrom = <T extends object>(saved: T, touched: Partial<T>): Partial<T> =>
  Object.fromEntries(
    Object.entries(touched).filter(([name, value]) => !isSame(value, saved[name as keyof T])),
  ) as Partial<T>;

export const useDraft = <T extends object>(saved: T): Draft<T> => {
  const [touched, setTouched] = useState<Partial<T>>({});
  const changes = differencesFrom(saved, touched);
  const text = JSON.stringify(saved);
  // What has been saved is the user's no more: a later change made elsewhere shows. Dropped only once it is seen saved,
  // or the form would show the old for a moment.
  useEffect(() => setTouched((now) => differencesFrom(JSON.parse(text) as T, now)), [text]);
  return {
    values: { ...saved, ...changes },
    changes,
    isChanged: Object.keys(changes).length > 0,
    set: (next) => setTouched((now) => ({ ...now, ...next })),
  };
};
