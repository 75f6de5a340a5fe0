// A metric and a number in its own unit, as people write it: a share in per cent, the rest as it is counted.
import { NumberInput, Select } from '@mantine/core';
import type { ReactNode } from 'react';
import type { MetricInfo, MetricName } from '../../../preload/contract/scorecard.ts';

/** A share is 0-1 in the program and 0-100 in a field. */
const toField = (value: number, unit: MetricInfo['unit']): number =>
  unit === 'fraction' ? Math.round(value * 1e6) / 1e4 : value;
const fromField = (value: number, unit: MetricInfo['unit']): number =>
  unit === 'fraction' ? Math.round(value * 1e4) / 1e6 : value;

const units: Record<MetricInfo['unit'], string> = {
  fraction: ' %',
  seconds: ' s',
  count: '',
  points: ' points',
  score: '',
  ratio: '',
  'per-hour': ' an hour',
};

export const MetricSelect = ({
  metrics,
  value,
  onChange,
  label = 'Metric',
}: {
  metrics: readonly MetricInfo[];
  value: MetricName;
  onChange(name: MetricName): void;
  label?: string;
}): ReactNode => (
  <Select
    label={label}
    data={metrics.map(({ name, label: text }) => ({ value: name, label: text }))}
    value={value}
    onChange={(name) => name && onChange(name as MetricName)}
    searchable
    maxDropdownHeight={320}
  />
);

export const MetricNumber = ({
  label,
  unit,
  value,
  onChange,
}: {
  label: string;
  unit: MetricInfo['unit'];
  /** Null: not given yet. */
  value: number | null;
  onChange(value: number | null): void;
}): ReactNode => (
  <NumberInput
    label={label}
    value={value === null ? '' : toField(value, unit)}
    suffix={units[unit]}
    decimalScale={4}
    onChange={(text) => onChange(text === '' ? null : fromField(Number(text), unit))}
  />
);
