// Times as people read them: on the clock of a zone that is named beside them. JSON keeps UTC.

const formats = new Map<string, Intl.DateTimeFormat>();
const formatIn = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  });
  formats.set(zone, made);
  return made;
};

const read = (zone: string, atMs: number): { clock: string; offset: string } => {
  const parts = Object.fromEntries(
    formatIn(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  const offset = parts.timeZoneName?.replace('GMT', '').replace('\u2212', '-') ?? '';
  return {
    clock: `${parts.year?.padStart(4, '0')}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`,
    offset: offset === '' ? '+00:00' : offset,
  };
};

/** Clocks go back by an hour, in a few places by half of one or by two. */
const shiftsMs = [30, 60, 120].flatMap((minutes) => [minutes * 60_000, -minutes * 60_000]);

/** “2026-10-25 02:30:00”, with “+01:00” behind it where the clock of the zone shows that time twice; “–” for none. */
export const localTime = (iso: string | null | undefined, zone: string): string => {
  if (iso === null || iso === undefined) return '–';
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return iso;
  const { clock, offset } = read(zone, atMs);
  return shiftsMs.some((shiftMs) => read(zone, atMs + shiftMs).clock === clock) ? `${clock}${offset}` : clock;
};

/** The same in prose: without seconds that are none. */
export const localMinute = (iso: string | null | undefined, zone: string): string =>
  localTime(iso, zone).replace(/^(\S+ \d\d:\d\d):00/, '$1');

/** The line under a table with times. */
export const zoneNote = (zone: string): string => `Times are those of ${zone}.`;
