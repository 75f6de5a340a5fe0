// Surveys, in the second calculator.
import type { ConversationRecord } from '../../../main/model.ts';
import type { PlainOptions, Sheet } from './sheet.ts';

/** Null without a survey; a score that its scale does not have is none. */
export const surveyScore = (r: ConversationRecord): { score: number | null } | null => {
  const raw =
    r.surveyType === 'csat'
      ? r.csatScore
      : r.surveyType === 'nps'
        ? r.npsScore
        : r.surveyType === 'likeDislike'
          ? r.likeDislikeScore
          : null;
  if (raw === null) return null;
  const [least, most] = r.surveyType === 'csat' ? [1, 5] : r.surveyType === 'nps' ? [0, 10] : [0, 1];
  return { score: raw >= least && raw <= most && raw % 1 === 0 ? raw : null };
};

export const putSurvey = (
  { put, rowOf }: Sheet,
  r: ConversationRecord,
  o: PlainOptions,
  key: (string | null)[],
): void => {
  const survey = surveyScore(r);
  if (!survey) return;
  for (const one of key) rowOf(one);
  const { score } = survey;
  if (score !== null && r.surveyType === 'csat') {
    const best = o.polarity === 'lower-is-better' ? [1, 2] : [4, 5];
    const worst = o.polarity === 'lower-is-better' ? [4, 5] : [1, 2];
    put(key, 'csatTop2', best.includes(score));
    put(key, 'csatBottom2', worst.includes(score));
    put(key, 'csatMean', score);
    for (let s = 1; s <= 5; s += 1) put(key, `csatShare${s}`, score === s);
  }
  if (score !== null && r.surveyType === 'nps') {
    const isDetractor = score <= (o.preset === 'kore' ? 5 : 6);
    put(key, 'npsPromoterShare', score > 8);
    put(key, 'npsDetractorShare', isDetractor);
    put(key, 'nps', score > 8 ? 100 : isDetractor ? -100 : 0);
  }
  if (score !== null && r.surveyType === 'likeDislike') put(key, 'likeRate', score);
};
