// What the address says about which figures are shown and how they are counted.
import { type PresetName, presetNames } from '../../../preload/contract/counting.ts';
import { type ScorecardGroup, scorecardGroups } from '../../../preload/contract/scorecard.ts';
import { useRoute } from '../../hooks/route.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';

const oneOf = <T extends string>(choices: readonly T[], text: string | null): T | null =>
  choices.find((choice) => choice === text) ?? null;

export type Counted = {
  workspace: string;
  by: ScorecardGroup;
  period: string;
  rules?: { preset: PresetName };
};

/** `preset` is null while the workspace's own definitions hold. */
export const useCounted = (): { counted: Counted; preset: PresetName | null } => {
  const { params } = useRoute();
  const { workspace } = useWorkspace();
  const preset = oneOf(presetNames, params.get('preset'));
  return {
    preset,
    counted: {
      workspace: workspace.id,
      by: oneOf(scorecardGroups, params.get('by')) ?? 'agent',
      period: params.get('period') ?? 'last-30-days',
      ...(preset === null ? {} : { rules: { preset } }),
    },
  };
};
