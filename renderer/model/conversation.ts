// A conversation in short: what its columns and its headline say.
import type { Conversation } from '../../preload/contract/conversation.ts';

const unique = (texts: readonly (string | null | undefined)[]): string =>
  [...new Set(texts.filter((text): text is string => Boolean(text)))].join(', ');

/** Who answered. */
export const agentsOf = ({ destinations }: Conversation): string =>
  unique(destinations.flatMap(({ offers }) => offers.filter(({ handled }) => handled).map((o) => o.name ?? o.agentId)));

export const queuesOf = ({ destinations }: Conversation): string =>
  unique(destinations.map(({ queueName, queueId }) => queueName ?? queueId));

export const customerOf = ({ customer }: Conversation): string =>
  unique([[customer.firstName, customer.lastName].filter(Boolean).join(' ')]) ||
  (customer.email ?? customer.phone ?? '');

/** Interaction and after-call work of all who answered; null when nobody did or it is not known. */
export const secondsOf = ({ destinations }: Conversation): number | null => {
  const known = destinations.flatMap(({ offers }) =>
    offers.flatMap(({ handled, interactionSeconds, acwSeconds }) =>
      handled && interactionSeconds !== null ? [interactionSeconds + (acwSeconds ?? 0)] : [],
    ),
  );
  return known.length === 0 ? null : known.reduce((sum, seconds) => sum + seconds, 0);
};

/** The score as it was given, without saying whether it is good: CSAT has no known good end until the user says so. */
export const surveyOf = ({ csatScore, npsScore, likeDislikeScore }: Conversation): string | null => {
  if (csatScore !== null) return `CSAT ${csatScore}`;
  if (npsScore !== null) return `NPS ${npsScore}`;
  if (likeDislikeScore !== null) return likeDislikeScore === 1 ? 'Like' : 'Dislike';
  return null;
};

export const textOf = (conversation: Conversation): string =>
  conversation.destinations.flatMap(({ offers }) => offers.flatMap(({ notes }) => notes))[0] ??
  conversation.csatFeedback ??
  conversation.dispositionRemarks[0] ??
  '';
