import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyEntry, entryOutcomes, findOwningEntries, isUnfinished } from '../../../main/metrics/outcomes.ts';
import { arbitraryRecord } from './arbitrary.ts';
import { accepted, agentSegment, at, golden, goldenRecords, makeRecord, missed, queueEntry } from './records.ts';

describe('classifyEntry on the golden set', () => {
  test.each([
    ['holdInside', 0, 'answered', 15],
    ['callback', 0, 'callback', null],
    ['reassigned', 0, 'reassigned-answered', 22],
    ['ignoredThrice', 0, 'reassigned-answered', 70],
    ['leftWhileRinging', 0, 'answered', 6],
    ['leftWhileRinging', 1, 'abandoned', 53],
    ['voicemail', 0, 'voicemail', 60],
    ['npsWithoutAgent', 0, 'terminated', 11],
    ['openWithoutEnd', 0, 'answered', 5],
    ['outbound', 0, 'answered', null],
    ['campaign', 0, 'answered', null],
    ['unknownEvent', 0, 'terminated', 257],
    ['flowOut', 0, 'flow-out', null],
    ['flowOut', 1, 'answered', 10],
  ] as const)('%s, destination %i: %s', (name, index, outcome, waitS) => {
    expect(classifyEntry(golden[name], index)).toEqual({ outcome, waitS });
  });

  test('each entry of the golden set is counted once', () => {
    const counts: Record<string, number> = {};
    for (const record of goldenRecords) {
      record.destinations.forEach((destination, index) => {
        if (destination.type !== 'QueueEntry') return;
        const { outcome } = classifyEntry(record, index);
        counts[outcome] = (counts[outcome] ?? 0) + 1;
      });
    }
    // 25 entries by reading the list; the one without an end is answered, although its conversation is open.
    expect(counts).toEqual({
      answered: 16,
      callback: 1,
      'reassigned-answered': 2,
      voicemail: 1,
      'flow-out': 1,
      abandoned: 1,
      terminated: 3,
    });
  });
});

describe('the order of the rules', () => {
  const waiting = queueEntry('qu-1', at('09:00:00'));

  test('a callback that was taken is a callback, not an answer', () => {
    expect(classifyEntry(golden.callback, 0).outcome).toBe('callback');
  });

  test('an answer beats voicemail, and voicemail beats a hang-up', () => {
    const answered = queueEntry('qu-1', at('09:00:00'), [accepted('ana', null, at('09:00:04'), at('09:01:00'))]);
    const lost = { isVoicemail: true, disconnectingEvent: 'User Hangup' };
    expect(classifyEntry(makeRecord({ ...lost, destinations: [answered] }), 0).outcome).toBe('answered');
    expect(classifyEntry(makeRecord({ ...lost, destinations: [waiting] }), 0).outcome).toBe('voicemail');
  });

  test('voicemail belongs to the last entry only', () => {
    const record = makeRecord({ isVoicemail: true, destinations: [waiting, waiting] });
    expect([0, 1].map((index) => classifyEntry(record, index).outcome)).toEqual(['flow-out', 'voicemail']);
  });

  test('an open conversation is open, not abandoned', () => {
    const record = makeRecord({ isOpen: true, finalStatus: 'USER ABANDONED', destinations: [waiting] });
    expect(classifyEntry(record, 0)).toEqual({ outcome: 'open', waitS: null });
  });

  test.each([
    [{ disconnectingEvent: 'User Hangup' }, 'abandoned'],
    [{ smartStatus: 'ABANDONED IN QUEUE' }, 'abandoned'],
    [{ finalStatus: 'USER ABANDONED' }, 'abandoned'],
    [{ disconnectingEvent: 'System Hangup', smartStatus: 'TERMINATED' }, 'terminated'],
    [{ reason: 'NO AGENTS AVAILABLE', dispositions: ['DROP-OFF'] }, 'terminated'],
  ])('%o is %s', (fields, outcome) => {
    expect(classifyEntry(makeRecord({ ...fields, destinations: [waiting] }), 0).outcome).toBe(outcome);
  });

  test('a session end before the entry gives no wait', () => {
    const record = makeRecord({ endedAtS: at('08:59:59'), destinations: [waiting] });
    expect(classifyEntry(record, 0)).toEqual({ outcome: 'terminated', waitS: null });
  });

  test('an entry moved twice before it was accepted counts as answered', () => {
    const record = makeRecord({
      destinations: [
        queueEntry('qu-1', at('09:00:00'), [missed('ana', at('09:00:05'), 'Supervisor Reassigned')]),
        agentSegment(missed('ben', at('09:00:20'), 'Supervisor Reassigned')),
        agentSegment(accepted('cleo', at('09:00:40'), at('09:00:44'), at('09:02:00'))),
      ],
    });
    expect(classifyEntry(record, 0)).toEqual({ outcome: 'reassigned-answered', waitS: 44 });
  });

  test('an agent segment is not an entry', () => {
    expect(() => classifyEntry(golden.transferred, 0)).toThrow(RangeError);
    expect(() => classifyEntry(golden.botOnly, 0)).toThrow(RangeError);
  });
});

describe('findOwningEntries', () => {
  test('segments belong to the waiting entry until somebody accepts', () => {
    const { destinations } = makeRecord({
      destinations: [
        queueEntry('qu-1', at('09:00:00'), [missed('ana', at('09:00:05'), 'Supervisor Reassigned')]),
        agentSegment(missed('ben', at('09:00:20'), 'Ignored')),
        agentSegment(accepted('cleo', at('09:00:40'), at('09:00:44'), at('09:02:00'))),
        agentSegment(accepted('ana', at('09:02:00'), at('09:02:04'), at('09:03:00'))),
      ],
    });
    expect(findOwningEntries(destinations)).toEqual([0, 0, 0, null]);
  });

  test('a direct conversation has no entry', () => {
    expect(findOwningEntries(golden.transferred.destinations)).toEqual([null, null]);
  });
});

test('whatever the record, each entry has exactly one known outcome and no negative wait', () => {
  fc.assert(
    fc.property(arbitraryRecord, (record) => {
      let offered = 0;
      const counts = new Map<string, number>();
      record.destinations.forEach((destination, index) => {
        if (destination.type !== 'QueueEntry') return;
        offered += 1;
        const { outcome, waitS } = classifyEntry(record, index);
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        expect(waitS === null || waitS >= 0).toBe(true);
        if (outcome === 'open') expect(isUnfinished(record)).toBe(true);
      });
      expect(entryOutcomes.reduce((sum, outcome) => sum + (counts.get(outcome) ?? 0), 0)).toBe(offered);
    }),
    { numRuns: 300 },
  );
});
