// Files that the program wrote: open one, or show it in its folder.
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { sentenceOf, useBridge } from '../bridge/context.tsx';
import { Icon } from './icon.tsx';

const nameOf = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

export const FileLinks = ({ paths }: { paths: readonly string[] }): ReactNode => {
  const bridge = useBridge();
  const [problem, setProblem] = useState<string | null>(null);
  const run = (name: 'host.open-path' | 'host.show-path', path: string): void => {
    setProblem(null);
    bridge.call(name, { path }).catch((error: unknown) => setProblem(sentenceOf(error)));
  };
  const [first] = paths;
  if (first === undefined) return null;
  return (
    <div className="row wrap">
      {paths.map((path) => (
        <Button
          key={path}
          size="compact-xs"
          variant="light"
          leftSection={<Icon name="open" size={0.75} />}
          onClick={() => run('host.open-path', path)}
          title={path}
        >
          {nameOf(path)}
        </Button>
      ))}
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<Icon name="folder" size={0.75} />}
        onClick={() => run('host.show-path', first)}
        title={first}
      >
        Show in folder
      </Button>
      {problem === null ? null : (
        <span className="tone-bad" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
};
