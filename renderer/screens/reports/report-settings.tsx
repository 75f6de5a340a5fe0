// What narrows a report and how it is set: the one filter its kind knows, whose definitions, which paper.
import { Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { presetNames } from '../../../preload/contract/counting.ts';
import type { ReportKindName, ReportSettings } from '../../../preload/contract/report.ts';
import type { ScorecardGroup } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { Problem } from '../../components/states.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { nameOfGroup, presetLabels } from '../../model/counting.ts';

export type Chosen = { filter: string; preset: string; paper: string };
export const nothingChosen: Chosen = { filter: '', preset: '', paper: 'a4' };

/** The row a kind can be narrowed to; raw rows take a search; the others are always whole. */
const filters: Record<ReportKindName, ScorecardGroup | 'query' | null> = {
  'agent-scorecards': 'agent',
  'team-summary': null,
  'queue-service': 'queue',
  'bot-containment': 'bot',
  dispositions: null,
  surveys: 'queue',
  callbacks: 'queue',
  'raw-rows': 'query',
};
/** Agent scorecards are counted as the workspace is set. */
const hasPreset = (kind: ReportKindName): boolean => kind !== 'agent-scorecards';

export const toSettings = (
  kind: ReportKindName,
  { filter, preset, paper }: Chosen,
): { filters: ReportSettings; options: ReportSettings } => {
  const name = filters[kind];
  return {
    filters: name === null || filter.trim() === '' ? {} : { [name]: filter.trim() },
    options: { paper, ...(hasPreset(kind) && preset !== '' ? { preset } : {}) },
  };
};

const RowFilter = ({
  by,
  value,
  onChange,
}: {
  by: ScorecardGroup;
  value: string;
  onChange(value: string): void;
}): ReactNode => {
  const { workspace } = useWorkspace();
  const rows = useCall('scorecard.figures', {
    ...{ workspace: workspace.id, by, period: 'last-30-days' },
    // Names alone are needed.
    metrics: [],
  });
  return (
    <>
      <Select
        label={nameOfGroup(by)}
        data={[
          { value: '', label: `All ${by}s` },
          ...(rows.data?.rows ?? [])
            .filter(({ key }) => key !== '(none)')
            .map(({ key, name }) => ({ value: key, label: name })),
        ]}
        value={value}
        onChange={(next) => onChange(next ?? '')}
        searchable
      />
      <Problem error={rows.error} />
    </>
  );
};

export const ReportSettingsFields = ({
  kind,
  chosen,
  onChange,
}: {
  kind: ReportKindName;
  chosen: Chosen;
  onChange(chosen: Chosen): void;
}): ReactNode => {
  const { workspace } = useWorkspace();
  const filter = filters[kind];
  return (
    <>
      {filter === null ? null : filter === 'query' ? (
        <TextInput
          label="Search"
          description="Only what it finds; left empty, everything"
          value={chosen.filter}
          onChange={(event) => onChange({ ...chosen, filter: event.currentTarget.value })}
        />
      ) : (
        <RowFilter
          key={filter}
          by={filter}
          value={chosen.filter}
          onChange={(next) => onChange({ ...chosen, filter: next })}
        />
      )}
      {hasPreset(kind) ? (
        <Select
          label="Whose definitions"
          data={[
            { value: '', label: `As set: ${presetLabels[workspace.figures.rules.preset]}` },
            ...presetNames.map((name) => ({ value: name, label: presetLabels[name] })),
          ]}
          value={chosen.preset}
          onChange={(preset) => onChange({ ...chosen, preset: preset ?? '' })}
        />
      ) : null}
      <Select
        label="Paper"
        data={[
          { value: 'a4', label: 'A4' },
          { value: 'us-letter', label: 'US Letter' },
        ]}
        value={chosen.paper}
        onChange={(paper) => paper && onChange({ ...chosen, paper })}
      />
    </>
  );
};
