// How reports print figures: durations, rates, counts, days. Owns the printed forms and their legend. May import the
// contract and temporal-polyfill.
import { Temporal } from 'temporal-polyfill';
import type { MetricName, Period } from '../../preload/contract/scorecard.ts';

/** What a report must know of a metric; it comes from the metric registry. */
export type MetricMeta = {
  name: MetricName;
  label: string;
  unit: 'count' | 'seconds' | 'fraction' | 'points' | 'score' | 'ratio' | 'per-hour';
  /** Which way is better under the workspace's CSAT polarity. */
  direction: 'more' | 'less' | 'neither';
  formula: string;
};
export type MetricUnit = MetricMeta['unit'];

export const noFigure = '–';
const minus = '−';
const narrowBlank = '\u202f';

const groupThousands = (digits: string): string => digits.replace(/\B(?=(?:\d{3})+(?!\d))/gu, narrowBlank);

const formatDuration = (seconds: number): string => {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0
    ? `${groupThousands(String(hours))}:${String(minutes).padStart(2, '0')}:${rest}`
    : `${minutes}:${rest}`;
};

const formatSize = (size: number, unit: MetricUnit): string => {
  switch (unit) {
    case 'count':
      return groupThousands(String(Math.round(size)));
    case 'seconds':
      return formatDuration(size);
    case 'fraction':
      return `${(size * 100).toFixed(1)}${narrowBlank}%`;
    case 'points':
      return size.toFixed(0);
    case 'score':
    case 'ratio':
      return size.toFixed(2);
    case 'per-hour':
      return size.toFixed(1);
  }
};

const isZero = (printed: string): boolean => !/[1-9]/u.test(printed);

/** A figure as printed: counts 1 234, durations m:ss (h:mm:ss from an hour on), rates 0.0 %, NPS as signed points. */
export const formatFigure = (value: number | null, unit: MetricUnit): string => {
  if (value === null) return noFigure;
  const printed = formatSize(Math.abs(value), unit);
  if (isZero(printed)) return printed;
  return value < 0 ? minus + printed : unit === 'points' ? `+${printed}` : printed;
};

/** A difference of two figures, always signed; of two rates in percentage points (pp). */
export const formatChange = (change: number, unit: MetricUnit): string => {
  const size = formatSize(Math.abs(change), unit).replace('%', 'pp');
  return isZero(size) ? `±${size}` : `${change < 0 ? minus : '+'}${size}`;
};

/** What a column header says about a unit. */
export const unitWords: Record<MetricUnit, string> = {
  count: 'n',
  seconds: 'm:ss',
  fraction: '%',
  points: 'points',
  score: 'score',
  ratio: 'x',
  'per-hour': 'per hour',
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

type Day = { day: number; month: number; year: number };
const formatDay = ({ day, month, year }: Day): string => `${day} ${months[month - 1]} ${year}`;

/** An instant as day and minute in a zone, such as 30 Sep 2025, 18:04. */
export const formatInstant = (instant: string, zone: string): string => {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  return `${formatDay(local)}, ${local.toPlainTime().toString({ smallestUnit: 'minute', roundingMode: 'floor' })}`;
};

/** A period of whole days as its first and last day, any other as two instants. */
export const formatPeriod = ({ from, to, zone }: Period): string => {
  const start = Temporal.Instant.from(from).toZonedDateTimeISO(zone);
  const end = Temporal.Instant.from(to).toZonedDateTimeISO(zone);
  const isDays = start.equals(start.startOfDay()) && end.equals(end.startOfDay());
  if (!isDays) return `${formatInstant(from, zone)} to ${formatInstant(to, zone)}`;
  const last = end.subtract({ days: 1 });
  if (start.toPlainDate().equals(last.toPlainDate())) return formatDay(last);
  return `${formatDay(start)} – ${formatDay(last)}`;
};
