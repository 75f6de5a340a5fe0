import { expect, test } from 'vitest';
import type { Conversation } from '../../../preload/contract/conversation.ts';
import { stretchesOf, timelineOf } from '../../../renderer/model/timeline.ts';
import { makeConversation } from '../reports/sample-conversation.ts';

const made: Conversation = makeConversation();

test('steps with a time come in its order within each stop, and every agent who was asked has one', () => {
  const steps = timelineOf(made);
  expect(steps[0]?.at).toBe(made.startedAt);
  for (const { offers } of made.destinations)
    for (const offer of offers) {
      const name = offer.name ?? offer.agentId ?? '';
      expect(
        steps.some(({ title }) => title.includes(name)),
        name,
      ).toBe(true);
    }
  const notes = steps.flatMap(({ notes: own }) => own ?? []);
  for (const { offers } of made.destinations)
    for (const note of offers.flatMap(({ notes: own }) => own)) expect(notes).toContain(note);
});

test('an open conversation does not end, and says so', () => {
  const titles = timelineOf({ ...made, isOpen: true }).map(({ title }) => title);
  expect(titles).toContain('Was still open when it was fetched');
  expect(titles).not.toContain('Session ended');
});

test('a CSAT score is named, never judged', () => {
  const steps = timelineOf({ ...made, csatScore: 1, npsScore: null, likeDislikeScore: null });
  expect(steps.at(-1)?.title).toBe('Survey: CSAT 1 of 1–5');
});

test('stretches have a length and lie in order', () => {
  const stretches = stretchesOf(made);
  expect(stretches.length).toBeGreaterThan(0);
  for (const [index, { fromMs, toMs }] of stretches.entries()) {
    expect(toMs).toBeGreaterThan(fromMs);
    expect(fromMs).toBeGreaterThanOrEqual(stretches[index - 1]?.fromMs ?? 0);
  }
});
