// The sample centre's queues, bots and agents. Agents differ in pace, ring time, hold, wrap-up, satisfaction and missed
// offers, so that a scorecard has something to show. Imports random, names and intents only.
import { intents, queueNames } from './intents.ts';
import { makeAgentName } from './names.ts';
import { Random } from './random.ts';

export type Queue = {
  id: string;
  name: string;
  /** Positions in `intents` that land here. */
  intents: number[];
};

export type Agent = {
  id: string;
  name: string;
  email: string;
  /** Positions in Staff.queues, the main one first. */
  queues: number[];
  /** Multiplies handling time; 1 is average. */
  pace: number;
  ringMedianS: number;
  acwMedianS: number;
  firstResponseMedianS: number;
  holdRate: number;
  consultRate: number;
  transferRate: number;
  /** Shift of the satisfaction a customer feels, on a scale of 0 to 1. */
  charm: number;
  writesBriefly: boolean;
  /** Weight among the agents who miss offers. */
  missRate: number;
};

export type Staff = {
  queues: Queue[];
  agents: Agent[];
  /** App, channel bots, organisation and account ids. */
  botIds: string[];
  orgId: string;
  accountId: string;
  /** Agents on duty in a UTC hour of a weekday (0 Sunday). Never empty. */
  onDuty(weekday: number, hour: number): readonly Agent[];
  /** The agent who misses most among those on duty, by their weights. */
  pickMissing(weekday: number, hour: number, random: Random): Agent;
};

const shiftStarts = [6, 7, 7, 8, 8, 8, 9, 9, 10, 12, 13, 15, 22];
const shiftHours = 8;

const makeAgent = (seed: number, n: number, queueCount: number): Agent => {
  const random = new Random(seed, n, 0xa6e7);
  const main = n % queueCount;
  const second = random.int(0, queueCount - 1);
  return {
    id: `u-${random.guid()}`,
    ...makeAgentName(n),
    queues: second === main ? [main] : [main, second],
    pace: 0.72 + random.fraction() * 0.75,
    ringMedianS: 3 + random.fraction() * 9,
    acwMedianS: 6 + random.fraction() * 55,
    firstResponseMedianS: 6 + random.fraction() * 40,
    holdRate: 0.06 + random.fraction() * 0.32,
    consultRate: 0.01 + random.fraction() * 0.08,
    transferRate: 0.03 + random.fraction() * 0.12,
    charm: random.fraction() * 0.4 - 0.22,
    writesBriefly: random.chance(0.3),
    missRate: 0.15 + random.fraction() ** 3 * 2.2,
  };
};

/** Queues, agents and their shifts for a seed. */
export const createStaff = (seed: number, agentCount: number, queueCount: number): Staff => {
  const random = new Random(seed, 0, 0x57aff);
  const queues = Array.from({ length: queueCount }, (_, n): Queue => {
    const round = Math.floor(n / queueNames.length);
    const topic = n % queueNames.length;
    return {
      id: `qu-${random.guid(7)}`,
      name: `${queueNames[topic]}${round === 0 ? '' : ` ${round + 1}`}`,
      intents: intents.flatMap((intent, index) => (intent.queue === topic ? [index] : [])),
    };
  });
  const agents = Array.from({ length: agentCount }, (_, n) => makeAgent(seed, n, queueCount));

  const rosters: Agent[][] = [];
  for (let weekday = 0; weekday < 7; weekday += 1) {
    const isWeekend = weekday === 0 || weekday === 6;
    for (let hour = 0; hour < 24; hour += 1) {
      const present = agents.filter((_, n) => {
        const own = new Random(seed, n, 0x5b1f7);
        const start = own.pick(shiftStarts);
        const daysOff = [own.int(1, 5), own.chance(0.35) ? own.int(1, 5) : -1];
        const worksToday = isWeekend ? n % 4 === weekday % 4 : !daysOff.includes(weekday) || n % 3 === 0;
        return worksToday && (hour - start + 24) % 24 < shiftHours;
      });
      // Somebody is always on call, or a quiet night would have nobody to answer.
      rosters.push(present.length > 0 ? present : agents.slice(0, 2));
    }
  }
  const onDuty = (weekday: number, hour: number): readonly Agent[] => rosters[weekday * 24 + hour] ?? agents;

  return {
    queues,
    agents,
    botIds: Array.from({ length: 3 }, () => `st-${random.guid()}`),
    orgId: `o-${random.guid()}`,
    accountId: random.hex(24),
    onDuty,
    pickMissing: (weekday, hour, own) => {
      const present = onDuty(weekday, hour);
      const total = present.reduce((sum, agent) => sum + agent.missRate, 0);
      let rest = own.fraction() * total;
      for (const agent of present) {
        rest -= agent.missRate;
        if (rest < 0) return agent;
      }
      return own.pick(present);
    },
  };
};
