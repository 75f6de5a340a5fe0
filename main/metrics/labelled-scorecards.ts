// Scorecards of conversations that carry a label: a disposition, an intent. Each label's figures are the registry's, over
// the conversations with that label. Pure. May import the contract, the model and its neighbours in metrics.
import type { MetricName, MetricValue } from '../../preload/contract/scorecard.ts';
import type { ConversationRecord } from '../model.ts';
import { createScorecard, type ScorecardBuilder, type ScorecardOptions, unnamedKey } from './scorecard.ts';
import { computeWilsonInterval } from './statistics.ts';

export const labelKinds = ['disposition', 'intent'] as const;
export type LabelKind = (typeof labelKinds)[number];

export type LabelledRow = {
  /** The label itself; unnamedKey for conversations without one. */
  key: string;
  label: string;
  metrics: Record<MetricName, MetricValue>;
  /** Conversations that an agent handled and that carry the label / all that an agent handled; Wilson interval. */
  share: MetricValue;
};
export type LabelledFigures = {
  /** Most conversations first, then most bot sessions, then by label. */
  rows: LabelledRow[];
};

/** Set by the system, not by an agent: kept apart from the same word chosen by one (metrics definitions, section 2.3). */
export const systemDropOff = 'DROP-OFF (set by the system)';

/** The labels of a conversation, each once. */
export const labelsOf = (record: ConversationRecord, kind: LabelKind): string[] => {
  if (kind === 'intent') return [record.lastIntentName?.trim() || unnamedKey];
  const { dispositions, dispositionRemarks } = record;
  const labels = dispositions.map((code, index) =>
    /^drop-off$/i.test(code.trim()) && dispositionRemarks[index]?.trim() === '-' ? systemDropOff : code.trim(),
  );
  const known = new Set(labels.filter((label) => label !== ''));
  return known.size === 0 ? [unnamedKey] : [...known];
};

/**
 * Figures by label, over the same facts as a scorecard with these options. A label that has nothing in the period has no
 * row. Repeat contacts are not for labels: a contact under another label would not be seen, so those figures are left out
 * by the caller. `only` narrows to one row of the grouping, such as a queue.
 */
export const createLabelledScorecards = (kind: LabelKind, options: ScorecardOptions & { only?: string }) => {
  const { only, ...scorecard } = options;
  const builders = new Map<string, ScorecardBuilder>();
  const all = createScorecard(scorecard);
  const readFigures = (builder: ScorecardBuilder): Record<MetricName, MetricValue> | null => {
    const { rows, total } = builder.finish();
    return only === undefined ? total : (rows.find(({ key }) => key === only)?.metrics ?? null);
  };
  return {
    add(record: ConversationRecord): void {
      all.add(record);
      for (const label of labelsOf(record, kind)) {
        let builder = builders.get(label);
        if (builder === undefined) {
          builder = createScorecard(scorecard);
          builders.set(label, builder);
        }
        builder.add(record);
      }
    },
    finish(): LabelledFigures {
      const handled = readFigures(all)?.conversations.value ?? 0;
      const rows = [...builders].flatMap(([key, builder]): LabelledRow[] => {
        const metrics = readFigures(builder);
        if (metrics === null) return [];
        const own = metrics.conversations.value ?? 0;
        if (own === 0 && metrics.botSessions.n === 0) return [];
        const interval = computeWilsonInterval(own, handled);
        const share = {
          value: handled === 0 ? null : own / handled,
          n: handled,
          low: interval?.low ?? null,
          high: interval?.high ?? null,
        };
        return [{ key, label: key, metrics, share }];
      });
      const sizeOf = ({ metrics }: LabelledRow): [number, number] => [metrics.conversations.n, metrics.botSessions.n];
      rows.sort((a, b) => {
        const [[conversationsA, sessionsA], [conversationsB, sessionsB]] = [sizeOf(a), sizeOf(b)];
        return conversationsB - conversationsA || sessionsB - sessionsA || (a.key < b.key ? -1 : 1);
      });
      return { rows };
    },
  };
};
