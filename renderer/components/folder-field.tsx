// Choosing a folder on the user's machine: the system's dialog where the host has one, else a list drawn here.
import { Button, Modal, TextInput, UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { sentenceOf, useBridge, useCall } from '../bridge/context.tsx';
import { useStored } from '../hooks/stored.ts';
import { Icon } from './icon.tsx';
import { Failure, Loading } from './states.tsx';
import './folder-field.css';

const FolderList = ({ path, onGo, onTake }: { path: string; onGo(path: string): void; onTake(): void }): ReactNode => {
  const list = useCall('host.list-folders', { path }, { staleMs: 0 });
  if (list.isPending) return <Loading />;
  if (list.isError) return <Failure error={list.error} onRetry={() => onGo('')} />;
  const { parent, folders } = list.data;
  return (
    <div className="stack">
      <span className="mono">{list.data.path}</span>
      <ul className="plain-list folders" aria-label="Folders">
        {parent === null ? null : (
          <li>
            <UnstyledButton className="folder" onClick={() => onGo(parent)}>
              <Icon name="up" /> One up
            </UnstyledButton>
          </li>
        )}
        {folders.map((folder) => (
          <li key={folder.path}>
            <UnstyledButton className="folder" onClick={() => onGo(folder.path)}>
              <Icon name="folder" /> {folder.name}
            </UnstyledButton>
          </li>
        ))}
        {folders.length === 0 ? <li className="dim folder">No folders in here</li> : null}
      </ul>
      <Button onClick={onTake}>Take this folder</Button>
    </div>
  );
};

const FolderPanel = ({ start, onTake }: { start: string; onTake(path: string): void }): ReactNode => {
  const [path, setPath] = useState(start);
  const top = useCall('host.list-folders', {}, { isEnabled: path === '', staleMs: 0 });
  const shown = path === '' ? (top.data?.path ?? '') : path;
  if (shown === '') return <Loading />;
  return <FolderList path={shown} onGo={setPath} onTake={() => onTake(shown)} />;
};

/** The last folder chosen in this window, else where the host puts documents. */
export const useFolder = (): [string, (path: string) => void] => {
  const info = useCall('host.info', {});
  const [chosen, setChosen] = useStored('folder', '');
  return [chosen === '' ? (info.data?.documentsDir ?? '') : chosen, setChosen];
};

export const FolderField = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange(path: string): void;
}): ReactNode => {
  const bridge = useBridge();
  const info = useCall('host.info', {});
  const [isBrowsing, setIsBrowsing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const choose = async (): Promise<void> => {
    setProblem(null);
    if (!info.data?.hasDialogs) return setIsBrowsing(true);
    try {
      const { path } = await bridge.call('host.choose-folder', value === '' ? {} : { startAt: value });
      if (path !== null) onChange(path);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <>
      <TextInput
        label={label}
        value={value}
        error={problem}
        onChange={(event) => onChange(event.currentTarget.value)}
        spellCheck={false}
        rightSectionWidth="5.5rem"
        rightSection={
          <Button size="compact-xs" variant="subtle" onClick={() => void choose()}>
            Choose…
          </Button>
        }
      />
      <Modal opened={isBrowsing} onClose={() => setIsBrowsing(false)} title="Choose a folder">
        <FolderPanel
          start={value}
          onTake={(path) => {
            onChange(path);
            setIsBrowsing(false);
          }}
        />
      </Modal>
    </>
  );
};
