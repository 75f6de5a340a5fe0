// Chooses a period: the usual ones by name, a range of days, or an expression as the command line takes it (2025-W40).
import { ActionIcon, Button, Popover, TextInput, UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type DayRange, formatRange } from '../model/days.ts';
import { formatDays } from '../model/format.ts';
import { labelOfPeriod, relativePeriods } from '../model/period-text.ts';
import { Form } from './form.tsx';
import { Icon } from './icon.tsx';
import './period-picker.css';

export const PeriodPicker = ({
  value,
  onChange,
  range,
  onStep,
}: {
  value: string;
  onChange(period: string): void;
  /** The days it stands for, once known. */
  range: DayRange | null;
  /** One length back (-1) or forward (1). */
  onStep(direction: -1 | 1): void;
}): ReactNode => {
  const [isOpen, setIsOpen] = useState(false);
  const [first, setFirst] = useState('');
  const [last, setLast] = useState('');
  const [text, setText] = useState('');
  const take = (period: string): void => {
    onChange(period);
    setIsOpen(false);
  };
  const open = (): void => {
    setFirst(range?.first ?? '');
    setLast(range?.last ?? '');
    setText('');
    setIsOpen(true);
  };
  return (
    <div className="row period">
      <ActionIcon variant="default" aria-label="Period before" disabled={range === null} onClick={() => onStep(-1)}>
        <Icon name="left" size={0.875} />
      </ActionIcon>
      <Popover opened={isOpen} onChange={setIsOpen} position="bottom-start" trapFocus returnFocus>
        <Popover.Target>
          <Button
            className="period-button"
            variant="default"
            onClick={() => (isOpen ? setIsOpen(false) : open())}
            aria-expanded={isOpen}
          >
            {labelOfPeriod(value)}
            {range === null || formatRange(range) === value ? null : (
              <span className="period-days number">{formatDays(range)}</span>
            )}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <div className="period-choices">
            <ul className="plain-list" aria-label="Usual periods">
              {relativePeriods.map(([period, label]) => (
                <li key={period}>
                  <UnstyledButton
                    className="period-choice"
                    aria-pressed={period === value}
                    onClick={() => take(period)}
                  >
                    {label}
                  </UnstyledButton>
                </li>
              ))}
            </ul>
            <div className="stack">
              <TextInput
                type="date"
                label="First day"
                value={first}
                max={last}
                onChange={(event) => setFirst(event.currentTarget.value)}
              />
              <TextInput
                type="date"
                label="Last day, included"
                value={last}
                min={first}
                onChange={(event) => setLast(event.currentTarget.value)}
              />
              <Button
                variant="light"
                disabled={first === '' || last === '' || first > last}
                onClick={() => take(formatRange({ first, last }))}
              >
                Take these days
              </Button>
              <Form
                onSubmit={() => {
                  if (text.trim() !== '') take(text.trim());
                }}
              >
                <TextInput
                  label="Or write it"
                  placeholder="2025-W40, 2025-Q3"
                  value={text}
                  onChange={(event) => setText(event.currentTarget.value)}
                />
              </Form>
            </div>
          </div>
        </Popover.Dropdown>
      </Popover>
      <ActionIcon variant="default" aria-label="Period after" disabled={range === null} onClick={() => onStep(1)}>
        <Icon name="right" size={0.875} />
      </ActionIcon>
    </div>
  );
};
