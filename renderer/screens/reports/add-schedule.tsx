// Puts a definition on a schedule.
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type Cadence, cadences } from '../../../preload/contract/report.ts';
import { useAction } from '../../bridge/context.tsx';
import { FolderField, useFolder } from '../../components/folder-field.tsx';
import { Form } from '../../components/form.tsx';
import { Notice, Problem } from '../../components/states.tsx';
import { patch } from '../../hooks/route.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { relativePeriods } from '../../model/period-text.ts';
import { cadenceLabels, weekdays } from '../../model/report-text.ts';

export const AddSchedule = ({
  definition,
  isOpen,
  onClose,
}: {
  definition: string;
  isOpen: boolean;
  onClose(): void;
}): ReactNode => {
  const { workspace } = useWorkspace();
  const [cadence, setCadence] = useState<Cadence>('weekly');
  const [time, setTime] = useState('07:30');
  const [weekday, setWeekday] = useState('1');
  const [monthDay, setMonthDay] = useState('1');
  const [period, setPeriod] = useState('');
  const [folder, setFolder] = useFolder();
  const [pattern, setPattern] = useState('{date} {workspace} {kind} {period}');
  const add = useAction('schedule.add', {
    onDone: () => {
      onClose();
      // Where it can be seen.
      patch({ part: 'schedules' });
    },
  });
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Schedule “${definition}”`}>
      <Form
        className="stack"
        onSubmit={() =>
          add.mutate({
            ...{ definition, cadence, time, folder, namePattern: pattern },
            weekday: cadence === 'weekly' ? Number(weekday) : null,
            monthDay: cadence === 'monthly' ? Number(monthDay) : null,
            period: period === '' ? null : period,
          })
        }
      >
        <Select
          label="How often"
          data={cadences.map((value) => ({ value, label: cadenceLabels[value] }))}
          value={cadence}
          onChange={(value) => value && setCadence(value as Cadence)}
        />
        {cadence === 'weekly' ? (
          <Select
            label="On"
            data={weekdays.map((label, index) => ({ value: String(index + 1), label }))}
            value={weekday}
            onChange={(value) => value && setWeekday(value)}
          />
        ) : null}
        {cadence === 'monthly' ? (
          <Select
            label="On day"
            description="In a shorter month its last day stands for it"
            data={Array.from({ length: 31 }, (_, index) => String(index + 1))}
            value={monthDay}
            onChange={(value) => value && setMonthDay(value)}
          />
        ) : null}
        <TextInput
          type="time"
          label={`At (${workspace.zone})`}
          value={time}
          onChange={(event) => setTime(event.currentTarget.value)}
          required
        />
        <Select
          label="Period"
          description="Read at the instant the report is due"
          data={[
            { value: '', label: 'As in the definition' },
            ...relativePeriods.map(([value, label]) => ({ value, label })),
          ]}
          value={period}
          onChange={(value) => setPeriod(value ?? '')}
        />
        <FolderField label="Folder" value={folder} onChange={setFolder} />
        <TextInput
          label="File names"
          description="What stands in braces is filled in: {kind} {period} {workspace} {date}"
          value={pattern}
          onChange={(event) => setPattern(event.currentTarget.value)}
          required
        />
        <Notice>
          While this window is open, Afterword syncs and makes the report when it is due. For a closed window,
          docs/schedules.md has the lines for each system.
        </Notice>
        <Problem error={add.error} />
        <Button type="submit" loading={add.isPending} disabled={folder === '' || time === ''}>
          Add the schedule
        </Button>
      </Form>
    </Modal>
  );
};
