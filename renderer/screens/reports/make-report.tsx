// Makes a report once, or keeps what it is made from as a definition.
import { Button, Checkbox, Modal, Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import {
  type ReportFormat,
  type ReportKindName,
  reportFormats,
  reportKinds,
} from '../../../preload/contract/report.ts';
import { useAction } from '../../bridge/context.tsx';
import { FolderField, useFolder } from '../../components/folder-field.tsx';
import { Form } from '../../components/form.tsx';
import { Icon } from '../../components/icon.tsx';
import { Problem } from '../../components/states.tsx';
import { useJobs } from '../../hooks/jobs.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { rangeOfRelative } from '../../model/days.ts';
import { formatDays } from '../../model/format.ts';
import { relativePeriods } from '../../model/period-text.ts';
import { kindLabel } from '../../model/report-text.ts';
import { Preview, type PreviewInput } from './preview.tsx';
import { nothingChosen, ReportSettingsFields, toSettings } from './report-settings.tsx';

const OTHER = 'other';

export const MakeReport = ({ isOpen, onClose }: { isOpen: boolean; onClose(): void }): ReactNode => {
  const jobs = useJobs();
  const { workspace, formats: shown } = useWorkspace();
  const [kind, setKind] = useState<ReportKindName>(reportKinds[0]);
  const [choice, setChoice] = useState('last-month');
  const [text, setText] = useState('');
  const [formats, setFormats] = useState<readonly ReportFormat[]>(reportFormats);
  const [isMasked, setIsMasked] = useState(false);
  const [folder, setFolder] = useFolder();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [chosen, setChosen] = useState(nothingChosen);
  const [isPreviewed, setIsPreviewed] = useState(false);
  const settings = toSettings(kind, chosen);
  const define = useAction('report.define');
  const period = choice === OTHER ? text.trim() : choice;
  const range = rangeOfRelative(choice, shown.day(new Date().toISOString()));
  const isReady = period !== '' && formats.length > 0;

  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    setProblem(null);
    try {
      await work();
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  const save = () =>
    define.mutateAsync({
      ...{ workspace: workspace.id, name: name.trim(), kind, period, formats: [...formats], mask: isMasked },
      ...settings,
    });
  const run = async (): Promise<void> => {
    if (name.trim() !== '') await save();
    const report =
      name.trim() === ''
        ? { report: kind, period, formats: [...formats], mask: isMasked, ...settings }
        : { report: name.trim() };
    await jobs.start(
      'report.run',
      { workspace: workspace.id, outDir: folder, ...report },
      name.trim() === '' ? kindLabel(kind) : name.trim(),
      workspace.id,
    );
  };
  const previewed: PreviewInput = { workspace: workspace.id, report: kind, period, mask: isMasked, ...settings };
  return (
    <Modal opened={isOpen} onClose={onClose} size={isPreviewed ? '72rem' : 'md'} title="Make a report">
      <div className="making-room">
        <div className={`making ${isPreviewed ? 'with-preview' : ''}`}>
          <Form className="stack" onSubmit={() => void attempt(run)}>
            <Select
              label="Kind"
              data={reportKinds.map((value) => ({ value, label: kindLabel(value) }))}
              value={kind}
              onChange={(value) => {
                if (value) setKind(value as ReportKindName);
                // A filter of one kind names nothing in another.
                setChosen({ ...chosen, filter: '' });
              }}
            />
            <Select
              label="Period"
              description={
                range === null ? `Whole days in ${workspace.zone}` : `${formatDays(range)}, in ${workspace.zone}`
              }
              data={[
                ...relativePeriods.map(([value, label]) => ({ value, label })),
                { value: OTHER, label: 'Another…' },
              ]}
              value={choice}
              onChange={(value) => value && setChoice(value)}
            />
            {choice === OTHER ? (
              <TextInput
                label="Which"
                placeholder="2025-09, 2025-W40, 2025-09-01..2025-09-15"
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
                required
              />
            ) : null}
            <ReportSettingsFields kind={kind} chosen={chosen} onChange={setChosen} />
            <Checkbox.Group
              label="Formats"
              value={[...formats]}
              onChange={(values) => setFormats(reportFormats.filter((format) => values.includes(format)))}
            >
              <div className="row choices">
                {reportFormats.map((format) => (
                  <Checkbox key={format} value={format} label={format.toUpperCase()} />
                ))}
              </div>
            </Checkbox.Group>
            <Checkbox
              label="Mask names: pseudonyms that stay the same from report to report"
              checked={isMasked}
              onChange={(event) => setIsMasked(event.currentTarget.checked)}
            />
            <FolderField label="Folder" value={folder} onChange={setFolder} />
            <TextInput
              label="Save as a definition named"
              description="Left empty, nothing is saved. A definition can be made again and put on a schedule."
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Problem error={problem} />
            <div className="row wrap making-end">
              <Button
                className="push"
                variant="subtle"
                aria-pressed={isPreviewed}
                leftSection={<Icon name="eye" size={0.875} />}
                onClick={() => setIsPreviewed(!isPreviewed)}
              >
                {isPreviewed ? 'Hide preview' : 'Preview'}
              </Button>
              <Button variant="default" disabled={!isReady || name.trim() === ''} onClick={() => void attempt(save)}>
                Save definition
              </Button>
              <Button type="submit" disabled={!isReady || folder === ''}>
                Make it
              </Button>
            </div>
          </Form>
          {isPreviewed && isOpen ? (
            period === '' ? (
              <p className="dim">Say which period.</p>
            ) : (
              <Preview input={previewed} />
            )
          ) : null}
        </div>
      </div>
    </Modal>
  );
};
