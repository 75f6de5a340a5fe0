// A length of time as people write it in a field: 6:30, 1:05:00, or seconds. What a colon stands between is never dropped:
// 6:30 is six and a half minutes, not 630 seconds.
import { formatDuration } from './format.ts';

/** For the pattern of a field, too: a form whose length of time cannot be read is not sent. */
export const durationPattern = String.raw`\s*(?:(?:(\d+):(?=[0-5]?\d:))?(\d+):([0-5]\d)|(\d+(?:\.\d+)?)\s*s?)\s*`;
const readable = new RegExp(`^${durationPattern}$`);

/** Seconds; null for what is no length of time. */
export const readDuration = (text: string): number | null => {
  const [isRead, hours, minutes, seconds, plain] = readable.exec(text) ?? [];
  if (isRead === undefined) return null;
  if (plain !== undefined) return Number(plain);
  return Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
};

/** What readDuration reads as the same number. */
export const writeDuration = (seconds: number): string =>
  Number.isInteger(seconds) ? formatDuration(seconds).replaceAll(',', '') : `${seconds} s`;
