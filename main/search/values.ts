// Pure: the values behind a colon: numbers with comparisons and units, and days. Reads text; knows no field's data.
import { AppError } from '../../preload/contract/errors.ts';
import type { NumberField, QueryNode } from './ast.ts';
import { failAt } from './errors.ts';

export type DayContext = {
  /** IANA zone in which days are cut. */
  zone: string;
  nowMs: number;
  /** A period such as 2025-09 or last-week as UTC epoch seconds: first instant, first instant after. Throws AppError. */
  parseDay(text: string): { fromS: number; toS: number };
};

const scores: readonly NumberField[] = ['csat', 'nps', 'liked'];
const secondsOf: Record<string, number> = { '': 1, s: 1, m: 60, min: 60, h: 3600 };

const readNumber = (text: string, isDuration: boolean): number | null => {
  const clock = /^(\d{1,4}):([0-5]\d)$/.exec(text);
  if (clock && isDuration) return Number(clock[1]) * 60 + Number(clock[2]);
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(s|m|min|h)?$/i.exec(text);
  const unit = match?.[2]?.toLowerCase() ?? '';
  return !match || (unit !== '' && !isDuration) ? null : Number(match[1]) * (secondsOf[unit] ?? 1);
};

/** `>600`, `<=10m`, `1:30`, `60..120`. Throws AppError at `at`. */
export const readComparison = (field: NumberField, text: string, at: number): QueryNode => {
  const isDuration = !scores.includes(field);
  if (field === 'liked') {
    const isYes = /^(yes|1|true)$/i.test(text);
    if (!isYes && !/^(no|0|false)$/i.test(text)) throw failAt(at, '“liked:” takes yes or no.');
    return { kind: 'number', field, operator: '=', value: Number(isYes) };
  }
  const fail = (): AppError =>
    failAt(
      at,
      isDuration
        ? `“${field}:” wants a length such as >600 (seconds), <=10m, 1:30 or 60..120.`
        : `“${field}:” wants a score such as <=2, 5 or 3..4.`,
    );
  const range = /^(.+?)\.\.(.+)$/.exec(text);
  if (range) {
    const [least, most] = [readNumber(range[1] ?? '', isDuration), readNumber(range[2] ?? '', isDuration)];
    if (least === null || most === null) throw fail();
    if (least > most) throw failAt(at, 'this range ends before it begins.');
    return {
      kind: 'and',
      nodes: [
        { kind: 'number', field, operator: '>=', value: least },
        { kind: 'number', field, operator: '<=', value: most },
      ],
    };
  }
  const match = /^(<=|>=|<|>|=)?(.*)$/.exec(text);
  const value = readNumber(match?.[2] ?? '', isDuration);
  if (value === null) throw fail();
  return { kind: 'number', field, operator: (match?.[1] ?? '=') as '<', value };
};

/** The local date of an instant, as year, month (from 0) and day. `en-CA` writes ISO dates. */
const localDate = (nowMs: number, zone: string): [number, number, number] => {
  const [year = 0, month = 1, day = 1] = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' })
    .format(nowMs)
    .split('-')
    .map(Number);
  return [year, month - 1, day];
};

/** `-7d`, `-2w`, `-3m`, `-1y`: that day, counted back from today; `-12h`: that instant. */
const readBack = (text: string, context: DayContext): { fromS: number; toS: number } | null => {
  const match = /^-(\d{1,4})([hdwmy])$/i.exec(text);
  if (!match) return null;
  const count = Number(match[1]);
  const unit = match[2]?.toLowerCase();
  if (unit === 'h') {
    const fromS = Math.floor(context.nowMs / 1000) - count * 3600;
    return { fromS, toS: fromS + 3600 };
  }
  const [year, month, day] = localDate(context.nowMs, context.zone);
  let date: Date;
  if (unit === 'd' || unit === 'w') date = new Date(Date.UTC(year, month, day - count * (unit === 'w' ? 7 : 1)));
  else {
    const months = month - count * (unit === 'y' ? 12 : 1);
    // The last day of a shorter month stands for the ones it lacks.
    const lastDay = new Date(Date.UTC(year, months + 1, 0)).getUTCDate();
    date = new Date(Date.UTC(year, months, Math.min(day, lastDay)));
  }
  return context.parseDay(date.toISOString().slice(0, 10));
};

/** A date field's value as a span of time. Throws AppError at `at`. */
export const readTime = (
  field: 'after' | 'before' | 'on',
  text: string,
  at: number,
  context: DayContext,
): QueryNode => {
  let day: { fromS: number; toS: number };
  try {
    day = readBack(text, context) ?? context.parseDay(text);
  } catch (error) {
    throw error instanceof AppError ? failAt(at, `${error.message} Or count back: -7d, -2w, -3m, -12h.`) : error;
  }
  return {
    kind: 'time',
    fromS: field === 'before' ? null : day.fromS,
    toS: field === 'after' ? null : field === 'on' ? day.toS : day.fromS,
  };
};
