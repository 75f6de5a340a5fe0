// What people in the sample contact centre say and write: intents with their utterances, agent notes, remarks and survey
// comments. Templates with slots, so that a note fits its intent and its outcome. Imports types and random only.
import { foreignNotes, type Intent, intents, type NoteLanguage } from './intents.ts';
import type { Random } from './random.ts';

export type Result = 'resolved' | 'follow-up' | 'escalated' | 'cut-off';

const closings: Record<Result, readonly string[]> = {
  resolved: [
    'Customer confirmed that everything is settled.',
    'Customer was satisfied and had no further questions.',
    'Nothing left open on our side.',
    'Customer thanked me and ended the conversation.',
  ],
  'follow-up': [
    'Promised a call back by {day}.',
    'Opened case {case} and told the customer to expect an answer by {day}.',
    'Customer will send the missing document by {day}.',
  ],
  escalated: [
    'Passed to a supervisor under case {case}.',
    'Customer asked for a manager; handed over with a short summary.',
    'Needs approval above my limit, escalated.',
  ],
  'cut-off': [
    'The line dropped before we could finish.',
    'Customer left while I was checking the account.',
    'No answer after I asked to hold.',
  ],
};

const dispositionNames: Record<Result, readonly string[]> = {
  resolved: ['Resolved', 'Resolved', 'Resolved', 'Information Given'],
  'follow-up': ['Follow-up Required', 'Callback Scheduled'],
  escalated: ['Requires Supervisor Attention', 'ESCALATED'],
  'cut-off': ['Customer Disconnected'],
};

const skillNames = [
  'Billing',
  'Returns',
  'Devices',
  'Identity Check',
  'Spanish',
  'German',
  'Japanese',
  'Retention',
] as const;

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', '3 March', '14 June', '21 October'] as const;
const items = ['desk lamp', 'kettle', 'headset', 'winter jacket', 'standing desk', 'tablet'] as const;
const devices = ['router', 'tablet', 'doorbell camera', 'smart speaker'] as const;
const plans = ['Basic', 'Family', 'Plus', 'Business'] as const;

const comments: Record<'good' | 'middling' | 'bad', readonly string[]> = {
  good: [
    'Quick and friendly, thank you.',
    'Solved on the first try.',
    'The agent explained every step.',
    'Very patient with me.',
    'Best support I have had this year.',
  ],
  middling: ['Fine, but I waited a long time.', 'Answer was ok, the hold music was not.', 'It works now.'],
  bad: [
    'I had to repeat everything twice.',
    'Nobody could tell me when it will be fixed.',
    'Transferred three times and still no answer.',
    'The bot did not understand me at all.',
  ],
};

/** What one text speaks of: the same order or amount wherever it is named. Days differ from sentence to sentence. */
class Slots {
  readonly #random: Random;
  readonly #values = new Map<string, string>();

  constructor(random: Random) {
    this.#random = random;
  }

  fill(template: string): string {
    return template.includes('{') ? template.replace(/\{(\w+)\}/g, (_, slot: string) => this.#valueOf(slot)) : template;
  }

  #valueOf(slot: string): string {
    if (slot === 'day') return this.#random.pick(days);
    const known = this.#values.get(slot);
    if (known !== undefined) return known;
    const value = this.#draw(slot);
    this.#values.set(slot, value);
    return value;
  }

  #draw(slot: string): string {
    const random = this.#random;
    switch (slot) {
      case 'order':
        return `A-${random.int(10000, 99999)}`;
      case 'case':
        return `C-${random.int(100000, 999999)}`;
      case 'amount':
        return `$${random.int(8, 240)}.${random.pick(['00', '50', '95', '99'])}`;
      case 'item':
        return random.pick(items);
      case 'device':
        return random.pick(devices);
      case 'plan':
        return random.pick(plans);
      default:
        throw new RangeError(`No such slot: ${slot}.`);
    }
  }
}

const topicOf = (intent: number): Intent => {
  const topic = intents[intent];
  if (!topic) throw new RangeError(`No intent ${intent}.`);
  return topic;
};

export type NoteStyle = { isBrief: boolean; isOutbound: boolean };

/** The languages in which some agents add a second version of their note. */
const foreignLanguages: readonly NoteLanguage[] = ['es', 'es', 'de', 'ja'];

/**
 * What an agent leaves behind: mostly one summary in English of what it was about, what was done (not in a brief note)
 * and how it ended; sometimes nothing; sometimes a second version in another language.
 */
export const writeNotes = (intent: number, result: Result, style: NoteStyle, random: Random): string[] => {
  const topic = topicOf(intent);
  if (random.chance(0.06)) return [];
  const slots = new Slots(random);
  const parts = [style.isOutbound ? `Called the customer about: ${topic.name}.` : slots.fill(random.pick(topic.asked))];
  if (result !== 'cut-off' && !style.isBrief) {
    parts.push(slots.fill(random.pick(result === 'resolved' ? topic.solved : topic.unsolved)));
  }
  const closing = slots.fill(random.pick(closings[result]));
  // One agent in fifty writes paragraphs: the API carries line breaks inside notes.
  const notes = [`${parts.join(' ')}${random.chance(0.02) ? '\n' : ' '}${closing}`];
  const translated = foreignNotes[random.pick(foreignLanguages)][topic.queue];
  if (translated && random.chance(0.045))
    notes.push(slots.fill(translated[result === 'resolved' ? 'resolved' : 'open']));
  return notes;
};

/** The wrap-up remark: shorter than a note, or "-" where the API shows that none was written. */
export const writeRemark = (intent: number, result: Result, random: Random): string =>
  random.chance(0.08) ? '-' : `${topicOf(intent).name}: ${new Slots(random).fill(random.pick(closings[result]))}`;

export const writeUtterance = (intent: number, random: Random): string =>
  new Slots(random).fill(random.pick(topicOf(intent).utterances));

/** A survey comment for a mood between 0 (bad) and 1 (good). */
export const writeComment = (mood: number, random: Random): string =>
  random.pick(comments[mood >= 0.7 ? 'good' : mood >= 0.4 ? 'middling' : 'bad']);

export const pickDisposition = (result: Result, random: Random): string => random.pick(dispositionNames[result]);

export const pickSkill = (random: Random): { index: number; name: string } => {
  const index = random.int(0, skillNames.length - 1);
  return { index, name: skillNames[index] ?? 'Billing' };
};
