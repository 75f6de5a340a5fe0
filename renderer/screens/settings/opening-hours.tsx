// The opening hours of a week, a line for each day, and the days on which it is closed.
import { Switch, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { OpeningHours } from '../../../preload/contract/counting.ts';
import { isDay } from '../../model/days.ts';
import { readSpans, writeSpans } from '../../model/opening-hours.ts';
import { weekdays } from '../../model/report-text.ts';

const office = [{ fromMinute: 540, toMinute: 1020 }];
const usual: OpeningHours = { week: weekdays.map((_, day) => (day < 5 ? office : [])), holidays: [] };

/** A text that becomes a value once it can be read as one. */
const Line = ({
  label,
  description,
  text,
  problem,
  onText,
}: {
  label: string;
  description?: string;
  text: string;
  problem: string;
  /** False: it cannot be read. */
  onText(text: string): boolean;
}): ReactNode => {
  const [typed, setTyped] = useState(text);
  const [isBad, setIsBad] = useState(false);
  return (
    <TextInput
      label={label}
      description={description}
      value={typed}
      placeholder="closed"
      error={isBad ? problem : null}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        const isRead = onText(event.currentTarget.value);
        // Or the form would save the hours of before while others are seen.
        event.currentTarget.setCustomValidity(isRead ? '' : problem);
        setIsBad(!isRead);
      }}
    />
  );
};

export const OpeningHoursField = ({
  value,
  onChange,
}: {
  value: OpeningHours | null;
  onChange(value: OpeningHours | null): void;
}): ReactNode => (
  <div className="stack">
    <Switch
      label="Opening hours, for the share of contacts outside them"
      checked={value !== null}
      onChange={(event) => onChange(event.currentTarget.checked ? usual : null)}
    />
    {value === null ? null : (
      <>
        {weekdays.map((day, index) => (
          <Line
            key={day}
            label={day}
            text={writeSpans(value.week[index] ?? [])}
            problem="Write 09:00-12:00 13:00-17:00, or nothing where it is closed."
            onText={(text) => {
              const spans = readSpans(text);
              if (spans !== null)
                onChange({ ...value, week: value.week.map((old, at) => (at === index ? spans : old)) });
              return spans !== null;
            }}
          />
        ))}
        <Line
          label="Closed all day on"
          description="Days such as 2025-12-25, apart by spaces"
          text={value.holidays.join(' ')}
          problem="Write days as 2025-12-25."
          onText={(text) => {
            const holidays = text.split(/[\s,]+/).filter((word) => word !== '');
            const isRead = holidays.every(isDay);
            if (isRead) onChange({ ...value, holidays });
            return isRead;
          }}
        />
      </>
    )}
  </div>
);
