// The options that say how to count: the same words for one call and for a workspace's settings.
import { type Command, Option } from 'commander';
import { type OpeningHours, presetNames, type RuleChanges } from '../../../preload/contract/counting.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import type { Readers } from './run.ts';

export type CountingOptions = {
  preset?: (typeof presetNames)[number];
  serviceLevelVoice?: number;
  serviceLevelWritten?: number;
  shortAbandonVoice?: number;
  shortAbandonWritten?: number;
  shadows?: 'left-out' | 'counted';
  microSessions?: 'left-out' | 'counted';
  reassignments?: 'repaired' | 'as-recorded';
  repeatDays?: number;
  openingHours?: string;
  holiday?: string[];
};

export const addCountingOptions = (command: Command, { readWhole, collect }: Readers): Command =>
  command
    .addOption(new Option('--preset <name>', 'whose definitions count').choices([...presetNames]))
    .option('--service-level-voice <s>', 'seconds within which a call is answered in time', readWhole)
    .option('--service-level-written <s>', 'the same for chats and messages', readWhole)
    .option('--short-abandon-voice <s>', 'an abandoned call is short below so many seconds', readWhole)
    .option('--short-abandon-written <s>', 'the same for chats and messages', readWhole)
    .addOption(new Option('--shadows <how>', 'agent-assist shadows').choices(['left-out', 'counted']))
    .addOption(new Option('--micro-sessions <how>', 'bot sessions under 10 s').choices(['left-out', 'counted']))
    .addOption(new Option('--reassignments <how>', 'entries a supervisor moved').choices(['repaired', 'as-recorded']))
    .option('--repeat-days <n>', 'a new contact within so many days is a repeat', readWhole)
    .option('--opening-hours <hours>', 'such as “mon-fri 09:00-17:00, sat 10:00-14:00”, or none')
    .option('--holiday <day>', 'closed all day, with --opening-hours; may be given several times', collect);

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const readMinute = (text: string): number | null => {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const minute = match === null ? Number.NaN : Number(match[1]) * 60 + Number(match[2]);
  return minute <= 1440 && Number(match?.[2]) < 60 ? minute : null;
};

/** Reads “mon-fri 09:00-12:00 13:00-17:00, sat 10:00-14:00”. Throws AppError invalid_input. */
const readOpeningHours = (text: string, holidays: readonly string[]): OpeningHours => {
  const week: OpeningHours['week'] = weekdays.map(() => []);
  const refuse = (part: string): AppError =>
    new AppError('invalid_input', `“${part}” are no opening hours. Write “mon-fri 09:00-17:00, sat 10:00-14:00”.`);
  for (const part of text.toLowerCase().split(',')) {
    const [days = '', ...spans] = part.trim().split(/\s+/);
    const [first = '', last = first] = days.split('-');
    const fromDay = weekdays.indexOf(first);
    const toDay = weekdays.indexOf(last);
    if (fromDay < 0 || toDay < fromDay || spans.length === 0) throw refuse(part.trim());
    for (const span of spans) {
      const [fromMinute, toMinute] = span.split('-').map(readMinute);
      if (fromMinute == null || toMinute == null || fromMinute >= toMinute) throw refuse(part.trim());
      for (let day = fromDay; day <= toDay; day += 1) week[day]?.push({ fromMinute, toMinute });
    }
  }
  return { week, holidays: [...holidays] };
};

/** What the options change; what is left out stays as the workspace has it. */
export const readRuleChanges = (options: CountingOptions): RuleChanges => {
  const { openingHours, holiday } = options;
  if (openingHours === undefined && holiday !== undefined)
    throw new AppError('invalid_input', 'Holidays belong to opening hours: give --opening-hours as well.');
  return {
    preset: options.preset,
    thresholds: {
      voice: { serviceLevelS: options.serviceLevelVoice, shortAbandonS: options.shortAbandonVoice },
      written: { serviceLevelS: options.serviceLevelWritten, shortAbandonS: options.shortAbandonWritten },
    },
    repairs: {
      shadows: options.shadows,
      microSessions: options.microSessions,
      reassignments: options.reassignments,
    },
    repeatDays: options.repeatDays,
    ...(openingHours === undefined
      ? {}
      : { openingHours: openingHours === 'none' ? null : readOpeningHours(openingHours, holiday ?? []) }),
  };
};
