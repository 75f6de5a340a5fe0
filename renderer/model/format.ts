// Numbers, times and durations as text, all in one place: times always in the workspace's zone, never the machine's.
import type { MetricInfo } from '../../preload/contract/scorecard.ts';
import type { DayRange } from './days.ts';

const locale = 'en-GB';
const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Stands where there is nothing to show. */
export const nothing = '–';

export const formatCount = (value: number): string => integer.format(value);
export const formatMany = (n: number, one: string, many = `${one}s`): string =>
  `${integer.format(n)} ${n === 1 ? one : many}`;
export const formatShare = (value: number): string => `${oneDigit.format(value * 100)} %`;

const dayFormat = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' });
/** 9 Nov 2026 – 15 Nov 2026 */
export const formatDays = ({ first, last }: DayRange): string => {
  const [from, to] = [first, last].map((day) => dayFormat.format(new Date(`${day}T00:00:00Z`)));
  return from === to ? `${from}` : `${from} – ${to}`;
};

/** 0:42, 12:05, 1:02:09: minutes and seconds, hours when there are any. */
export const formatDuration = (seconds: number): string => {
  const whole = Math.round(Math.abs(seconds));
  const sign = seconds < 0 && whole > 0 ? '-' : '';
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${sign}${integer.format(hours)}:${tail}` : `${sign}${tail}`;
};

/** A length of time in the words one would say: 40 s, 12 min, 3 h, 5 days. */
export const formatSpan = (seconds: number): string => {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return formatMany(Math.round(seconds / 86_400), 'day');
};

export const formatMetric = (value: number, unit: MetricInfo['unit']): string => {
  switch (unit) {
    case 'count':
      return integer.format(value);
    case 'seconds':
      return formatDuration(value);
    case 'fraction':
      return formatShare(value);
    case 'points':
      return `${value > 0 ? '+' : ''}${integer.format(value)}`;
    case 'score':
    case 'ratio':
      return twoDigits.format(value);
    case 'per-hour':
      return `${oneDigit.format(value)}/h`;
  }
};

export type Formats = {
  zone: string;
  /** The zone's short name at an instant, such as CET. */
  zoneName(iso: string): string;
  /** 2025-09-30 */
  day(iso: string): string;
  /** 30 Sep 2025, 14:05 */
  moment(iso: string): string;
  /** 14:05:09 */
  clock(iso: string): string;
  /** Tue 30 Sep 2025 */
  longDay(iso: string): string;
};

export const createFormats = (zone: string): Formats => {
  const make = (options: Intl.DateTimeFormatOptions): ((iso: string) => string) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: 'h23', ...options });
    return (iso) => format.format(new Date(iso));
  };
  const dayParts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const zoneParts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' });
  return {
    zone,
    zoneName: (iso) =>
      zoneParts.formatToParts(new Date(iso)).find(({ type }) => type === 'timeZoneName')?.value ?? zone,
    day: (iso) => dayParts.format(new Date(iso)),
    moment: make({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }),
    clock: make({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    longDay: make({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
  };
};
