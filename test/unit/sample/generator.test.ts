// The sample centre: the same every time, complete, in order, consistent in its durations, and free of real people.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSampleCentre } from '../../../main/sample/generator.ts';
import { selectableFields, type WireRow } from '../../../main/sample/render.ts';

const dayS = 86400;
const toS = Date.UTC(2025, 9, 1) / 1000;
const fromS = toS - 28 * dayS;
const make = (seed = 7, conversations = 20000, nowS = toS + 7 * dayS) =>
  createSampleCentre({ seed, fromS, toS, conversations, nowS });
const centre = make();
const sessions = [...centre.sessionsBetween(fromS, toS)];
const everything = { selectedFields: selectableFields };
const v2 = sessions.map((session) => centre.renderRow(session, 'v2-interactions', everything));
const v1 = sessions.map((session) => centre.renderRow(session, 'v1-calls', everything));

const secondsOf = (naive: unknown): number => Date.parse(`${String(naive)}Z`) / 1000;
const listOf = (value: unknown): WireRow[] => (Array.isArray(value) ? (value as WireRow[]) : []);
const objectOf = (value: unknown): WireRow[] => (value === undefined ? [] : [value as WireRow]);
/** Every accepted or missed assignment of a row. */
const offersOf = (row: WireRow): WireRow[] =>
  listOf(row.destinations).flatMap((stop) =>
    stop.destinationType === 'AgentSegment'
      ? [stop]
      : [...objectOf(stop.respondingAgent), ...listOf(stop.nonRespondingAgents)],
  );
/** Those of the names that a row has. */
const namesIn = (row: WireRow, names: readonly string[]): string[] => names.filter((name) => name in row);
const count = (rows: WireRow[], isHit: (row: WireRow) => boolean): number => rows.filter(isHit).length;

describe('order and counts', () => {
  test('the same seed gives the same rows, another seed others', () => {
    const digest = (seed: number): string => {
      const own = make(seed, 300);
      const hash = createHash('sha256');
      for (const session of own.sessionsBetween(fromS, toS))
        hash.update(JSON.stringify(own.renderRow(session, 'v1-calls', everything)));
      return hash.digest('hex');
    };
    expect(digest(3)).toBe(digest(3));
    expect(digest(3)).not.toBe(digest(4));
  });

  test('a session made on its own equals the one met in passing', () => {
    const own = make();
    for (const index of [19999, 0, 1234, 777, 5]) expect(own.sessionAt(index)).toEqual(sessions[index]);
  });

  test('the total is exact, starts never go back and stay in the range', () => {
    expect(sessions).toHaveLength(20000);
    let lastS = fromS;
    for (const { startS } of sessions) {
      expect(startS).toBeGreaterThanOrEqual(lastS);
      lastS = startS;
    }
    expect(lastS).toBeLessThan(toS);
  });

  test('countBetween includes both ends and agrees with a plain count', () => {
    const startsS = sessions.map((session) => session.startS);
    const edgeS = startsS[9000] ?? 0;
    for (const [a, b] of [
      [edgeS, edgeS],
      [edgeS - 3600, edgeS],
      [fromS, toS],
      [edgeS, edgeS + dayS],
      [toS, toS + 9],
    ] as const) {
      expect(centre.countBetween(a, b)).toBe(startsS.filter((s) => s >= a && s <= b).length);
      expect([...centre.sessionsBetween(a, b)]).toHaveLength(centre.countBetween(a, b));
    }
  });

  test('a working day is busier than a Sunday, and noon than the night', () => {
    const sundayS = Date.UTC(2025, 8, 14) / 1000;
    expect(centre.countBetween(sundayS + dayS, sundayS + 2 * dayS - 1)).toBeGreaterThan(
      2 * centre.countBetween(sundayS, sundayS + dayS - 1),
    );
    const tuesdayS = sundayS + 2 * dayS;
    expect(centre.countBetween(tuesdayS + 10 * 3600, tuesdayS + 12 * 3600)).toBeGreaterThan(
      8 * centre.countBetween(tuesdayS + 2 * 3600, tuesdayS + 4 * 3600),
    );
  });

  test('options that make no sense are refused', () => {
    const given = { seed: 1, fromS, toS, conversations: 10 };
    for (const wrong of [{ toS: fromS }, { conversations: -1 }, { conversations: 2 ** 24 }, { seed: 0.5 }]) {
      expect(() => createSampleCentre({ ...given, ...wrong })).toThrow(
        expect.objectContaining({ code: 'invalid_input' }),
      );
    }
  });
});

describe('identity', () => {
  test('ids are unique, in the shape of the API, and the session id begins with the start second', () => {
    expect(new Set(v2.map((row) => row.sessionId)).size).toBe(20000);
    const conversationIds = v2.flatMap((row) => (row.conversationId ? [String(row.conversationId)] : []));
    expect(new Set(conversationIds).size).toBe(conversationIds.length);
    for (const id of conversationIds)
      expect(id).toMatch(/^c-[0-9a-f]{7}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    for (const row of v2) {
      expect(row.sessionId).toMatch(/^[0-9a-f]{24}$/);
      expect(Number.parseInt(String(row.sessionId).slice(0, 8), 16)).toBe(secondsOf(row.sessionStartTime));
    }
  });

  test('only reserved numbers, addresses and networks occur, and names are made up', () => {
    const text = [...v1.slice(0, 8000), ...v2.slice(-8000)].map((row) => JSON.stringify(row)).join('\n');
    const numbers = text.match(/\+\d{6,}/g) ?? [];
    expect(numbers.length).toBeGreaterThan(10000);
    expect(numbers.filter((number) => !/^\+1\d{3}55501\d\d$/.test(number))).toEqual([]);
    const mails = text.match(/[^\s"/]+@[^\s"/]+/g) ?? [];
    expect(mails.length).toBeGreaterThan(10000);
    expect(mails.filter((mail) => !/^[a-z0-9.]+@example\.com$/.test(mail))).toEqual([]);
    const addresses = text.match(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g) ?? [];
    expect(addresses.length).toBeGreaterThan(1000);
    expect(addresses.filter((address) => !/^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/.test(address))).toEqual([]);
    for (const [host] of text.matchAll(/https?:\/\/[^"/]+/g)) expect(host).toBe('https://shop.example.com');
  });
});

describe('variety', () => {
  const agentRows = v2.filter((row) => row.conversationId);

  test('two in five sessions never reach an agent, among them two-second hang-ups and shadows of real calls', () => {
    const botRows = v2.filter((row) => !row.conversationId);
    expect(botRows.length / 20000).toBeGreaterThan(0.38);
    expect(botRows.length / 20000).toBeLessThan(0.42);
    for (const row of botRows)
      for (const name of ['destinations', 'metaInfo', 'dispositions', 'Direction'])
        expect(row).not.toHaveProperty(name);
    const isHangup = (row: WireRow) =>
      row.disconnectingEvent === 'Bot Hangup' && secondsOf(row.sessionEndTime) - secondsOf(row.sessionStartTime) === 2;
    expect(count(botRows, isHangup)).toBeGreaterThan(800);

    const startOf = new Map(agentRows.map((row) => [row.conversationId, row]));
    const shadows = botRows.filter((row) => row.channel === 'agentassist');
    expect(shadows.length).toBeGreaterThan(50);
    for (const shadow of shadows) {
      const parentId = String(shadow.channelSpecificUserId).split('/agentassist/')[1];
      const parent = startOf.get(parentId);
      expect(parent?.channel).toMatch(/^(?:Voice|campaign)$/);
      const delayS = secondsOf(shadow.sessionStartTime) - secondsOf(parent?.sessionStartTime);
      expect(delayS).toBeGreaterThanOrEqual(10);
      expect(delayS).toBeLessThanOrEqual(30);
    }
  });

  test('every shape that the API documents occurs', () => {
    const stops = agentRows.flatMap((row) => listOf(row.destinations));
    const offers = agentRows.flatMap(offersOf);
    const consults = offers.flatMap((offer) => listOf(offer.ConsultingAgents));
    const text = agentRows.map((row) => JSON.stringify(row)).join('\n');
    const shapes: Record<string, number> = {
      outbound: count(agentRows, (row) => row.Direction === 'Outbound'),
      campaign: count(agentRows, (row) => typeof (row.campaigninfo as WireRow).attempt === 'number'),
      emptyAttempt: count(agentRows, (row) => (row.campaigninfo as WireRow).attempt === ''),
      voicemail: count(agentRows, (row) => row.isVoicemail === 'YES'),
      kiosk: count(agentRows, (row) => row.channel === 'Kiosk '),
      rtm: count(agentRows, (row) => row.channel === 'rtm'),
      web: count(agentRows, (row) => row.channel === 'Web/Mobile Client'),
      noDestinations: count(agentRows, (row) => listOf(row.destinations).length === 0),
      queueWithoutAgent: count(stops, (stop) => stop.destinationType === 'QueueEntry' && !stop.respondingAgent),
      noEnterTime: count(stops, (stop) => stop.destinationType === 'QueueEntry' && !stop.EnterTime && !stop.queueName),
      secondEntry: count(
        agentRows,
        (row) => count(listOf(row.destinations), (s) => s.destinationType === 'QueueEntry') > 1,
      ),
      directToAgent: count(agentRows, (row) => listOf(row.destinations)[0]?.destinationType === 'AgentSegment'),
      callback: count(stops, (stop) => stop.CallbackOpted === true && /\.\d{3}Z$/.test(String(stop.CallbackOptedTime))),
      ignored: count(offers, (offer) => offer.nonResponseEvent === 'Ignored'),
      ignoredTwiceBySame: count(stops, (stop) => {
        const ids = listOf(stop.nonRespondingAgents).map((offer) => offer.agentId);
        return new Set(ids).size < ids.length;
      }),
      reassigned: count(offers, (offer) => offer.nonResponseEvent === 'Supervisor Reassigned'),
      internalConsult: count(consults, (consult) => typeof consult.agentId === 'string'),
      externalConsult: count(consults, (consult) => !consult.agentId && /^\+1/.test(String(consult.name))),
      joined: offers.flatMap((offer) => listOf(offer.JoinedUsers)).length,
      held: count(offers, (offer) => typeof offer.holdDuration === 'number'),
      withoutAcw: count(offers, (offer) => Boolean(offer.acceptedTime) && !('afterCallWorkDuration' in offer)),
      withoutAssigned: count(offers, (offer) => !('assignedAt' in offer)),
      skills: count(agentRows, (row) => listOf(row.skills).length > 0),
      userTags: count(agentRows, (row) => listOf(row.userleveltags).length > 0),
      callerNumber: count(agentRows, (row) => listOf(row.sessionleveltags).some((tag) => tag.name === 'callerNumber')),
      csat: count(v1, (row) => row.surveyType === 'csat' && Number(row.csatScore) >= 1 && Number(row.csatScore) <= 5),
      nps: count(v1, (row) => row.surveyType === 'nps' && Number(row.npsScore) >= 0 && Number(row.npsScore) <= 10),
      like: count(v1, (row) => row.surveyType === 'likeDislike' && [0, 1].includes(Number(row.likeDislikeScore))),
      japanese: text.match(/[ぁ-ん]/g)?.length ?? 0,
      german: text.match(/ä|ü/g)?.length ?? 0,
      spanish: text.match(/El cliente/g)?.length ?? 0,
      lineBreak: text.match(/\\n/g)?.length ?? 0,
    };
    for (const [name, times] of Object.entries(shapes)) expect(times, name).toBeGreaterThanOrEqual(5);
    const pairs = new Set(v2.map((row) => `${row.finalStatus}/${row.smartStatus}`));
    for (const pair of [
      'CLOSED/CLOSED',
      'CLOSED/TERMINATED',
      'USER ABANDONED/ABANDONED WITH AGENT',
      'BotResolved/CLOSED AT BOT',
      'Dropped/CLOSED AT BOT',
    ]) {
      expect(pairs).toContain(pair);
    }
    const reasons = new Set(v2.map((row) => row.reason));
    expect(reasons).toContain('NO AGENTS AVAILABLE');
    expect(reasons).toContain('DROP-OFF');
  });

  test('agents differ in pace and in missed offers', () => {
    const talk = new Map<unknown, number[]>();
    for (const offer of agentRows.flatMap(offersOf)) {
      if (offer.acceptedTime)
        talk.set(offer.agentId, [...(talk.get(offer.agentId) ?? []), Number(offer.interactionDuration)]);
    }
    const means = [...talk.values()]
      .filter((list) => list.length >= 100)
      .map((list) => list.reduce((a, b) => a + b, 0) / list.length);
    expect(means.length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...means) / Math.min(...means)).toBeGreaterThan(1.4);
  });
});

describe('durations', () => {
  const handled = v2.flatMap(offersOf).filter((offer) => offer.acceptedTime);

  test('agree with the times beside them to the second', () => {
    expect(handled.length).toBeGreaterThan(8000);
    for (const offer of handled) {
      const acceptedS = secondsOf(offer.acceptedTime);
      const endS = secondsOf(offer.interactionEndTime);
      expect(offer.interactionDuration).toBe(endS - acceptedS);
      expect(Number(offer.holdDuration ?? 0)).toBeLessThan(Number(offer.interactionDuration));
      if (offer.firstResponseTime) {
        expect(offer.firstResponseDuration).toBe(secondsOf(offer.firstResponseTime) - acceptedS);
        expect(secondsOf(offer.firstResponseTime)).toBeLessThanOrEqual(endS);
      }
      if (offer.afterCallWorkEndTime)
        expect(offer.afterCallWorkDuration).toBe(secondsOf(offer.afterCallWorkEndTime) - endS);
      if (offer.assignedAt) expect(secondsOf(offer.assignedAt)).toBeLessThanOrEqual(acceptedS);
      for (const consult of listOf(offer.ConsultingAgents)) {
        expect(secondsOf(consult.assignedAt)).toBeGreaterThanOrEqual(acceptedS);
        expect(secondsOf(consult.consultingEndTime)).toBeLessThanOrEqual(endS);
      }
    }
  });

  test('stops follow one another and nothing is before the start', () => {
    for (const row of v2) {
      let lastS = secondsOf(row.sessionStartTime);
      expect(secondsOf(row.sessionEndTime)).toBeGreaterThanOrEqual(lastS);
      for (const stop of listOf(row.destinations)) {
        const segment = stop.destinationType === 'AgentSegment' ? stop : (stop.respondingAgent as WireRow | undefined);
        const beginS = secondsOf(stop.EnterTime ?? segment?.assignedAt ?? segment?.acceptedTime);
        expect(beginS).toBeGreaterThanOrEqual(lastS);
        lastS = segment ? secondsOf(segment.interactionEndTime) : beginS;
      }
    }
  });

  test('a callback is opted for in UTC before the agent accepts', () => {
    for (const stop of v2.flatMap((row) => listOf(row.destinations)).filter((stop) => stop.CallbackOpted === true)) {
      const acceptedS = secondsOf((stop.respondingAgent as WireRow).acceptedTime);
      expect(Math.floor(Date.parse(String(stop.userCallbackAcceptTime)) / 1000)).toBe(acceptedS);
      expect(Date.parse(String(stop.CallbackOptedTime))).toBeLessThanOrEqual(
        Date.parse(String(stop.userCallbackAcceptTime)),
      );
    }
  });
});

describe('endpoints', () => {
  test('v1 has surveys and none of what only v2 knows; v2 the reverse', () => {
    for (const row of v1) {
      expect(
        namesIn(row, [
          'smartStatus',
          'reason',
          'Reason',
          'isVoicemail',
          'Direction',
          'campaigninfo',
          'errorDetails',
          'automationBotIDs',
        ]),
      ).toEqual([]);
      expect((row.customerinfo as WireRow).Direction).toMatch(/^(?:In|Out)bound$/);
      for (const offer of offersOf(row)) {
        for (const name of ['ConsultingAgents', 'JoinedUsers', 'nonResponseEvent', 'holdDuration'])
          expect(offer).not.toHaveProperty(name);
      }
    }
    for (const row of v2) {
      for (const name of ['surveyType', 'csatScore', 'npsScore', 'likeDislikeScore', 'csatFeedback'])
        expect(row).not.toHaveProperty(name);
    }
  });

  test('groups are absent unless asked for, and without them v2 names the automation bots', () => {
    const session = sessions.find((one) => one.kind === 'agent');
    if (!session) throw new Error('no agent session');
    const bare = centre.renderRow(session, 'v2-calls');
    for (const name of selectableFields) expect(bare).not.toHaveProperty(name);
    expect(bare.automationBotIDs).toHaveLength(1);
    const asked = centre.renderRow(session, 'v2-calls', { selectedFields: ['skills', 'nonsense'] });
    expect(asked).toHaveProperty('skills');
    expect(asked).not.toHaveProperty('customerinfo');
    expect(asked).not.toHaveProperty('automationBotIDs');
  });
});

describe('the passing of time', () => {
  test('a conversation is open until it has closed, then has its ending', () => {
    const session = sessions.find((one) => one.stops[0]?.kind === 'QueueEntry' && one.stops[0].responding?.acwS);
    if (!session) throw new Error('no answered session');
    const open = centre.renderRow(session, 'v2-calls', { asOfS: session.closedAtS - 1 });
    expect(open).toMatchObject({
      finalStatus: 'TRANSIENT_OPEN',
      smartStatus: '',
      disconnectingEvent: '',
      dispositions: [],
    });
    expect(open.sessionEndTime).toBe(open.sessionStartTime);
    expect(offersOf(open).some((offer) => offer.interactionEndTime)).toBe(false);
    const done = centre.renderRow(session, 'v2-calls');
    expect(done.finalStatus).not.toBe('TRANSIENT_OPEN');
    expect(offersOf(done).some((offer) => offer.interactionEndTime && offer.afterCallWorkEndTime)).toBe(true);
  });

  test('some stay open for hours, and at any moment a few rows are open', () => {
    const parked = sessions.filter((one) => one.closedAtS - one.endS > 2 * 3600 - 60);
    expect(parked.length).toBeGreaterThan(5);
    const noonS = Date.UTC(2025, 8, 23, 12) / 1000;
    const recent = [...centre.sessionsBetween(noonS - 3 * dayS, noonS)].filter((one) => centre.isListed(one, noonS));
    const open = recent.filter(
      (one) => centre.renderRow(one, 'v1-calls', { asOfS: noonS }).finalStatus === 'TRANSIENT_OPEN',
    );
    expect(open.length).toBeGreaterThan(0);
    expect(open.length).toBeLessThan(recent.length / 20);
  });

  test('late surveys and corrected dispositions appear when their time has come', () => {
    const late = sessions.filter((one) => one.survey && one.survey.atS > one.closedAtS + 2 * 3600 - 1);
    expect(late.length).toBeGreaterThan(20);
    for (const one of late) {
      const atS = one.survey?.atS ?? 0;
      expect(centre.renderRow(one, 'v1-calls', { asOfS: atS - 1 })).not.toHaveProperty('surveyType');
      expect(centre.renderRow(one, 'v1-calls', { asOfS: atS })).toHaveProperty('surveyType');
    }
    const edited = sessions.filter((one) => one.edit);
    expect(edited.length).toBeGreaterThan(20);
    for (const one of edited) {
      const atS = one.edit?.atS ?? 0;
      expect(centre.renderRow(one, 'v1-calls', { asOfS: atS - 1 }).dispositions).toEqual(one.dispositions);
      expect(centre.renderRow(one, 'v1-calls', { asOfS: atS }).dispositions).toEqual(one.edit?.dispositions);
    }
  });
});
