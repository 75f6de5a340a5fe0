import { describe, expect, test } from 'vitest';
import { assumedRingTimeoutS, deriveFacts, isVoiceChannel } from '../../../main/metrics/facts.ts';
import { accepted, agentSegment, at, golden, makeRecord, missed, queueEntry } from './records.ts';

describe('segments', () => {
  test('hold stays inside the interaction', () => {
    const [segment] = deriveFacts(golden.holdInside).segments;
    expect(segment).toMatchObject({ interactionS: 104, holdS: 57, acwS: null, ringS: 10, isVoice: true });
  });

  test('callback clocks enter no duration', () => {
    const [segment] = deriveFacts(golden.callback).segments;
    expect(segment).toMatchObject({ interactionS: 70, acwS: 3, ringS: 12, endedAtS: at('12:06:10') });
  });

  test('a segment a supervisor moved belongs to the queue entry the customer waited in', () => {
    expect(deriveFacts(golden.reassigned).segments).toMatchObject([
      { agentId: 'u-ben', queueId: 'qu-1', queueName: 'Sales', isTransferredOut: false },
    ]);
  });

  test('agents reached directly have no queue, and a re-pick leaves the entry', () => {
    expect(deriveFacts(golden.transferred).segments.map(({ queueId }) => queueId)).toEqual([null, null]);
    expect(deriveFacts(golden.rePicked).segments.map(({ queueId }) => queueId)).toEqual(['qu-2', null]);
  });

  test('durations the API left out are worked from times; negative ones are left out and named', () => {
    expect(deriveFacts(golden.negativeWork).segments).toMatchObject([
      { interactionS: 150, acwS: null, ringS: null, firstResponseS: 20, issues: ['acw-negative', 'ring-negative'] },
    ]);
    expect(deriveFacts(golden.workByEndTime).segments).toMatchObject([{ acwS: 40, holdS: 0, issues: [] }]);
    expect(deriveFacts(golden.negativeInteraction).segments).toMatchObject([
      {
        interactionS: null,
        ringS: null,
        firstResponseS: null,
        acwS: 2,
        issues: ['interaction-negative', 'first-response-negative'],
      },
    ]);
    expect(deriveFacts(golden.holdTooLong).segments).toMatchObject([
      { interactionS: 20, holdS: 25, issues: ['hold-exceeds-interaction'] },
    ]);
  });

  test('an unusable hold is not an absent one, and a segment without any time is named', () => {
    const record = makeRecord({
      destinations: [
        agentSegment(accepted('ana', null, at('09:00:00'), at('09:01:00'), { holdS: -1 })),
        agentSegment(accepted('ben', null, at('09:00:00'), at('09:01:00'), { acceptedAtS: null })),
      ],
    });
    expect(deriveFacts(record).segments).toMatchObject([
      { holdS: null, isHoldUnusable: true, issues: ['hold-negative'] },
      { interactionS: null, isHoldUnusable: false, issues: ['interaction-missing'] },
    ]);
  });

  test('open conversations and shadows give no facts', () => {
    const none = { segments: [], offers: [], survey: null, entries: [], consultsGiven: [], conversation: null };
    expect(deriveFacts(golden.open)).toEqual({ state: 'open', ...none });
    expect(deriveFacts(golden.openWithoutEnd)).toEqual({ state: 'open', ...none });
    expect(deriveFacts(golden.shadow)).toEqual({ state: 'shadow', ...none });
  });
});

describe('transfers', () => {
  const ana = accepted('ana', at('09:00:00'), at('09:00:05'), at('09:02:00'));
  const transfers = (...rest: Parameters<typeof makeRecord>[0][]) =>
    rest.map((fields) => deriveFacts(makeRecord(fields)).segments.map((segment) => segment.isTransferredOut));

  test('another agent, a queue nobody answers, and an agent who does not accept are transfers', () => {
    expect(
      transfers(
        { destinations: [agentSegment(ana), agentSegment(accepted('ben', null, at('09:02:05'), at('09:03:00')))] },
        { destinations: [agentSegment(ana), queueEntry('qu-2', at('09:02:00'))] },
        { destinations: [agentSegment(ana), agentSegment(missed('ben', at('09:02:01'), 'Ignored'))] },
      ),
    ).toEqual([[true, false], [true], [true]]);
  });

  test('the same agent next is a re-pick, also through a queue or a supervisor', () => {
    const again = accepted('ana', null, at('09:02:05'), at('09:03:00'));
    expect(
      transfers(
        { destinations: [agentSegment(ana), agentSegment(again)] },
        { destinations: [agentSegment(ana), queueEntry('qu-2', at('09:02:00'), [again])] },
        {
          destinations: [
            agentSegment(ana),
            queueEntry('qu-2', at('09:02:00'), [missed('ben', at('09:02:01'), 'Supervisor Reassigned')]),
            agentSegment(again),
          ],
        },
      ),
    ).toEqual([
      [false, false],
      [false, false],
      [false, false],
    ]);
  });

  test('without ids the name decides', () => {
    const nameless = { ...ana, agentId: null };
    expect(
      transfers(
        { destinations: [agentSegment(nameless), agentSegment({ ...nameless })] },
        { destinations: [agentSegment(nameless), agentSegment({ ...nameless, name: 'Dora Example' })] },
        { destinations: [agentSegment({ ...nameless, name: null }), agentSegment({ ...nameless, name: null })] },
      ),
    ).toEqual([
      [false, false],
      [true, false],
      [true, false],
    ]);
  });
});

describe('offers', () => {
  const resultsOf = (record: Parameters<typeof deriveFacts>[0]): string[] =>
    deriveFacts(record).offers.map(({ result }) => result);

  test('the same agent asked three times is three offers', () => {
    expect(resultsOf(golden.ignoredThrice)).toEqual(['rona', 'rona', 'rona', 'accepted']);
  });

  test.each([
    ['reassigned', ['reassigned', 'accepted']],
    ['rejected', ['accepted', 'rejected']],
    ['leftWhileRinging', ['accepted', 'customer-left']],
    ['unknownEvent', ['unknown']],
  ] as const)('%s: %j', (name, results) => {
    expect(resultsOf(golden[name])).toEqual(results);
  });

  test('words for no answer, and words nobody knows', () => {
    const events = ['Ignored', 'TIMEOUT', 'Timed out', 'No Answer', 'Agent declined', 'Something new', ''];
    const offers = events.map((event) => missed('ana', at('09:00:01'), event));
    expect(resultsOf(makeRecord({ destinations: [queueEntry('qu-1', at('09:00:00'), offers)] }))).toEqual([
      'rona',
      'rona',
      'rona',
      'rona',
      'rejected',
      'unknown',
      'unknown',
    ]);
  });

  test('only the last offer can have rung when the customer left, and only for so long', () => {
    const abandonAfter = (endedAtS: number): string[] =>
      resultsOf(
        makeRecord({
          endedAtS,
          finalStatus: 'USER ABANDONED',
          destinations: [
            queueEntry('qu-1', at('09:00:00'), [
              missed('ana', at('09:00:10'), null),
              missed('ben', at('09:00:20'), null),
              missed('cleo', at('09:00:20'), 'Ignored'),
            ]),
          ],
        }),
      );
    expect(abandonAfter(at('09:00:25'))).toEqual(['unknown', 'customer-left', 'rona']);
    expect(abandonAfter(at('09:00:20') + assumedRingTimeoutS)).toEqual(['unknown', 'customer-left', 'rona']);
    expect(abandonAfter(at('09:00:20') + assumedRingTimeoutS + 1)).toEqual(['unknown', 'unknown', 'rona']);
    expect(abandonAfter(at('09:00:19'))).toEqual(['unknown', 'unknown', 'rona']);
  });

  test('rates take inbound offers with a time; without a direction the queue entry tells', () => {
    const eligible = (record: Parameters<typeof deriveFacts>[0]): boolean[] =>
      deriveFacts(record).offers.map(({ isRateEligible }) => isRateEligible);
    expect(eligible(golden.holdInside)).toEqual([true]);
    expect(eligible(golden.outbound)).toEqual([false]);
    expect(eligible(golden.negativeInteraction)).toEqual([false]);
    const offer = accepted('ana', at('09:00:00'), at('09:00:05'), at('09:01:00'));
    expect(
      eligible(makeRecord({ direction: null, destinations: [queueEntry('qu-1', at('09:00:00'), [offer])] })),
    ).toEqual([true]);
    expect(eligible(makeRecord({ direction: null, destinations: [queueEntry('qu-1', null, [offer])] }))).toEqual([
      false,
    ]);
  });
});

describe('surveys', () => {
  test('belong to the last handling agent and that agent’s queue', () => {
    const survey = { surveyType: 'csat', csatScore: 4 };
    const twoAgents = makeRecord({ ...survey, destinations: golden.transferred.destinations });
    expect(deriveFacts(twoAgents).survey).toMatchObject({ agentId: 'u-cleo', queueId: null, hasAgent: true, score: 4 });
    const queueThenLost = makeRecord({ ...survey, destinations: golden.leftWhileRinging.destinations });
    expect(deriveFacts(queueThenLost).survey).toMatchObject({ agentId: 'u-ben', queueId: 'qu-1', hasAgent: true });
  });

  test('go to the queue, or to the bot alone, when no agent handled the conversation', () => {
    expect(deriveFacts(golden.npsWithoutAgent).survey).toMatchObject({
      agentId: null,
      queueId: 'qu-2',
      hasAgent: false,
    });
    expect(deriveFacts(golden.botOnly).survey).toMatchObject({ queueId: null, botId: 'st-1', hasAgent: false });
  });

  test('need a type and its own score', () => {
    expect(deriveFacts(makeRecord({ surveyType: null, csatScore: 4 })).survey).toBeNull();
    expect(deriveFacts(makeRecord({ surveyType: 'nps', csatScore: 4 })).survey).toBeNull();
    expect(deriveFacts(makeRecord({ surveyType: 'toString', csatScore: 4 })).survey).toBeNull();
    expect(deriveFacts(makeRecord({ surveyType: 'csat', csatScore: 4, npsScore: 1 })).survey?.score).toBe(4);
  });

  test.each([
    ['csat', { csatScore: 0 }],
    ['csat', { csatScore: 6 }],
    ['csat', { csatScore: 4.5 }],
    ['nps', { npsScore: 11 }],
    ['nps', { npsScore: -1 }],
    ['likeDislike', { likeDislikeScore: 2 }],
  ])('%s %o is off the scale', (surveyType, scores) => {
    expect(deriveFacts(makeRecord({ surveyType, ...scores })).survey).toMatchObject({
      score: null,
      issues: ['score-out-of-scale'],
    });
  });
});

test('voice channels under the names the API uses', () => {
  expect(['Voice', 'voice ', 'korevg', 'audiocodes', 'campaign'].map(isVoiceChannel)).toEqual(Array(5).fill(true));
  expect(['Web/Mobile Client', 'telegram', '', null].map(isVoiceChannel)).toEqual(Array(4).fill(false));
});
