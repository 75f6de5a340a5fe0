// A metric and a number in its own unit, as people write it: a share in per cent, a time in minutes and seconds, the rest as
// it is counted.
import { NumberInput, Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { MetricInfo, MetricName } from '../../../preload/contract/scorecard.ts';
import { durationPattern, readDuration, writeDuration } from '../../model/duration.ts';

/** A share is 0-1 in the program and 0-100 in a field. */
const toField = (value: number, unit: MetricInfo['unit']): number =>
  unit === 'fraction' ? Math.round(value * 1e6) / 1e4 : value;
const fromField = (value: number, unit: MetricInfo['unit']): number =>
  unit === 'fraction' ? Math.round(value * 1e4) / 1e6 : value;

const units: Record<Exclude<MetricInfo['unit'], 'seconds'>, string> = {
  fraction: ' %',
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

type ValueProps = {
  label: string;
  /** Null: not given yet. */
  value: number | null;
  onChange(value: number | null): void;
};

/** Minutes and seconds. What cannot be read is said, and a form with it is not sent. */
export const DurationField = ({ label, value, onChange }: ValueProps): ReactNode => {
  /** What is being written; null while the field shows what is. */
  const [typed, setTyped] = useState<string | null>(null);
  const isRead = typed === null || typed.trim() === '' || readDuration(typed) !== null;
  return (
    <TextInput
      label={label}
      placeholder="m:ss"
      pattern={durationPattern}
      title="Minutes and seconds, such as 6:30"
      error={isRead ? undefined : 'Write 6:30, or 390 s'}
      value={typed ?? (value === null ? '' : writeDuration(value))}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(readDuration(event.currentTarget.value));
      }}
      onBlur={() => isRead && setTyped(null)}
    />
  );
};

export const MetricNumber = ({ label, unit, value, onChange }: ValueProps & { unit: MetricInfo['unit'] }): ReactNode =>
  unit === 'seconds' ? (
    <DurationField label={label} value={value} onChange={onChange} />
  ) : (
    <NumberInput
      label={label}
      value={value === null ? '' : toField(value, unit)}
      suffix={units[unit]}
      decimalScale={4}
      onChange={(text) => onChange(text === '' ? null : fromField(Number(text), unit))}
    />
  );
