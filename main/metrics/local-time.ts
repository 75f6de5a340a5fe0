// Local days and opening hours in an IANA zone, for instants by the million. Pure; uses the platform's Intl alone.

/** Opening hours of a queue or a centre. */
export type BusinessCalendar = {
  zone: string;
  /** ISO weekday (1 = Monday) to open spans in minutes of the local clock; `to` is the first minute closed. */
  weekly: Readonly<Partial<Record<number, readonly { fromMinute: number; toMinute: number }[]>>>;
  /** Local dates, such as 2025-12-25, on which it is closed all day. */
  holidays: readonly string[];
};

const quarterS = 900;

/** `en-CA` writes ISO dates. Zones have kept offsets of whole quarters of an hour since long before the data begins. */
const createLocalReader = (zone: string): ((epochS: number) => { date: string; minute: number; weekday: number }) => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const seen = new Map<number, { date: string; minute: number; weekday: number }>();
  return (epochS) => {
    const quarter = Math.floor(epochS / quarterS);
    let local = seen.get(quarter);
    if (local === undefined) {
      const parts: Record<string, string> = {};
      for (const { type, value } of format.formatToParts(quarter * quarterS * 1000)) parts[type] = value;
      const date = `${parts.year}-${parts.month}-${parts.day}`;
      const weekday = new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
      local = { date, minute: Number(parts.hour) * 60 + Number(parts.minute), weekday };
      seen.set(quarter, local);
    }
    return { ...local, minute: local.minute + Math.floor((epochS - quarter * quarterS) / 60) };
  };
};

/** Gives the local date of an instant, such as 2025-09-30. Throws RangeError for an unknown zone. */
export const createDayReader = (zone: string): ((epochS: number) => string) => {
  const read = createLocalReader(zone);
  return (epochS) => read(epochS).date;
};

/** Tells whether an instant lies outside the opening hours. Throws RangeError for an unknown zone. */
export const createAfterHoursTest = (calendar: BusinessCalendar): ((epochS: number) => boolean) => {
  const read = createLocalReader(calendar.zone);
  const holidays = new Set(calendar.holidays);
  return (epochS) => {
    const { date, minute, weekday } = read(epochS);
    const spans = holidays.has(date) ? [] : (calendar.weekly[weekday] ?? []);
    return !spans.some(({ fromMinute, toMinute }) => minute >= fromMinute && minute < toMinute);
  };
};
