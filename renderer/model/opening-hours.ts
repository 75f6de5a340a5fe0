// Opening hours of one day as text, both ways: “09:00-12:00 13:00-17:00”; nothing is closed.
import type { OpeningHours } from '../../preload/contract/counting.ts';

type Span = OpeningHours['week'][number][number];

const writeMinute = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const readMinute = (text: string): number | null => {
  const match = /^(\d{1,2}):([0-5]\d)$/.exec(text);
  const minute = match === null ? Number.NaN : Number(match[1]) * 60 + Number(match[2]);
  return minute <= 1440 ? minute : null;
};

export const writeSpans = (spans: readonly Span[]): string =>
  spans.map(({ fromMinute, toMinute }) => `${writeMinute(fromMinute)}-${writeMinute(toMinute)}`).join(' ');

/** Null when it is no such text. */
export const readSpans = (text: string): Span[] | null => {
  const spans: Span[] = [];
  for (const part of text.split(/[\s,]+/).filter((word) => word !== '')) {
    const [from = null, to = null, ...rest] = part.split(/[-–]/).map(readMinute);
    if (from === null || to === null || from >= to || rest.length > 0) return null;
    spans.push({ fromMinute: from, toMinute: to });
  }
  return spans;
};
