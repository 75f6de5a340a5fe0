// Writes what a search found to a file, as a job.
import { Button, Checkbox, Modal, Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { exportFormats, exportKinds } from '../../../preload/contract/procedures.ts';
import { FolderField, useFolder } from '../../components/folder-field.tsx';
import { Form } from '../../components/form.tsx';
import { Icon } from '../../components/icon.tsx';
import { Problem } from '../../components/states.tsx';
import { useJobs } from '../../hooks/jobs.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatMany } from '../../model/format.ts';

const kindLabels: Record<(typeof exportKinds)[number], string> = {
  conversations: 'Conversations: a row each',
  segments: 'Segments: a row for each agent asked',
  'queue-entries': 'Queue entries: a row for each queue entered',
};

export const ExportButton = ({ query, total }: { query: string; total: number }): ReactNode => {
  const jobs = useJobs();
  const { workspace } = useWorkspace();
  const [isOpen, setIsOpen] = useState(false);
  const [what, setWhat] = useState<(typeof exportKinds)[number]>('conversations');
  const [format, setFormat] = useState<(typeof exportFormats)[number]>('csv');
  const [isMasked, setIsMasked] = useState(true);
  const [folder, setFolder] = useFolder();
  const [name, setName] = useState('conversations');
  const [problem, setProblem] = useState<unknown>(null);
  const separator = folder.includes('\\') ? '\\' : '/';
  const out = `${folder.replace(/[/\\]$/, '')}${separator}${name}.${format}`;
  const start = async (): Promise<void> => {
    setProblem(null);
    try {
      const input = { workspace: workspace.id, what, query, format, out, mask: isMasked };
      await jobs.start('export.run', input, `Export ${name}.${format}`, workspace.id);
      setIsOpen(false);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="download" size={0.875} />}
        disabled={total === 0}
        onClick={() => setIsOpen(true)}
      >
        Export
      </Button>
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} title={`Export ${formatMany(total, 'conversation')}`}>
        <Form className="stack" onSubmit={() => void start()}>
          <Select
            label="What"
            data={exportKinds.map((value) => ({ value, label: kindLabels[value] }))}
            value={what}
            onChange={(value) => value && setWhat(value as typeof what)}
          />
          <Select
            label="Format"
            data={exportFormats.map((value) => ({ value, label: value.toUpperCase() }))}
            value={format}
            onChange={(value) => value && setFormat(value as typeof format)}
          />
          <TextInput label="File name" value={name} onChange={(event) => setName(event.currentTarget.value)} required />
          <FolderField label="Folder" value={folder} onChange={setFolder} />
          <Checkbox
            label="Mask customers: names, numbers, addresses and free text become pseudonyms"
            checked={isMasked}
            onChange={(event) => setIsMasked(event.currentTarget.checked)}
          />
          <Problem error={problem} />
          <Button type="submit" disabled={name.trim() === '' || folder === ''}>
            Export
          </Button>
        </Form>
      </Modal>
    </>
  );
};
