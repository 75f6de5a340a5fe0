// Agents' working time, in the second calculator: every second of every day is marked.
import { type Lists, putInto, type Sheet, sum, type Work } from './sheet.ts';

/** Each agent's own, into the rows the work counts in and the total. */
export const putBusyTime = ({ rows, totals }: Sheet): void => {
  for (const { lists, work } of rows.values()) {
    for (const who of new Set(work.map((w) => w.who))) {
      for (const [name, values] of measure(work.filter((w) => w.who === who))) {
        for (const value of values) {
          putInto(lists, name, value);
          putInto(totals, name, value);
        }
      }
    }
  }
};

const measure = (work: Work[]): Lists => {
  const lists: Lists = new Map();
  const put = (name: string, value: number): void => {
    putInto(lists, name, value);
  };
  for (const day of new Set(work.map((w) => w.day))) {
    const today = work.filter((w) => w.day === day);
    const busy = new Set<number>();
    const alongside = new Map<number, number>();
    for (const w of today) {
      for (let s = w.accept; s < w.workEnd; s += 1) busy.add(s);
      if (w.written) for (let s = w.accept; s < w.end - 1; s += 1) alongside.set(s, (alongside.get(s) ?? 0) + 1);
    }
    put('busyS', busy.size);
    put('spanS', Math.max(...today.map((w) => w.workEnd)) - Math.min(...today.map((w) => w.from)));
    const written = today.filter((w) => w.written).sort((a, b) => a.accept - b.accept || a.end - b.end);
    if (written.length === 0) continue;
    let most = 1;
    for (const count of alongside.values()) most = Math.max(most, count);
    put('peak', most);
    put('writtenS', sum(written.map((w) => w.end - w.accept)));
    let covered = 0;
    let until = Number.NEGATIVE_INFINITY;
    for (const w of written) {
      const isNew = until - w.accept < 2;
      covered += isNew ? w.end - w.accept : Math.max(0, w.end - until);
      until = isNew ? w.end : Math.max(until, w.end);
    }
    put('writtenUnionS', covered);
  }
  lists.set('busySegments', Array(work.length).fill(1));
  put('activeHours', new Set(work.map((w) => Math.floor(w.end / 3600))).size);
  return lists;
};
