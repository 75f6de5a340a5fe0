// Writes what a support desk needs to a file, without anybody's data. Nothing is sent anywhere.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useAction } from '../../bridge/context.tsx';
import { FolderField, useFolder } from '../../components/folder-field.tsx';
import { Notice, Problem } from '../../components/states.tsx';

const fileName = 'afterword-diagnostics.json';

export const Bundle = (): ReactNode => {
  const [folder, setFolder] = useFolder();
  const bundle = useAction('doctor.bundle');
  const separator = folder.includes('\\') ? '\\' : '/';
  const out = `${folder.replace(/[/\\]$/, '')}${separator}${fileName}`;
  return (
    <div className="stack settings-form">
      <h3>For a support desk</h3>
      <p className="card-about dim">
        Versions, settings without secrets, counts, the checks above and the last lines of the log, in a file that you
        can read before you send it. No conversation, no name, no address. It runs the checks of every workspace.
      </p>
      <FolderField label="Folder" value={folder} onChange={setFolder} />
      <div>
        <Button
          variant="default"
          disabled={folder === ''}
          loading={bundle.isPending}
          onClick={() => bundle.mutate({ out })}
        >
          Write the file
        </Button>
      </div>
      <Problem error={bundle.error} />
      {bundle.data ? <Notice tone="good">Written: {bundle.data.path}</Notice> : null}
    </div>
  );
};
