// An id with a button that copies it.
import { CopyButton, Tooltip, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../../components/icon.tsx';
import './copy-id.css';

export const CopyId = ({ text, label, shown = text }: { text: string; label: string; shown?: string }): ReactNode => (
  <CopyButton value={text}>
    {({ copied, copy }) => (
      <Tooltip label={copied ? 'Copied' : `Copy ${label}`}>
        <UnstyledButton className="copy-id mono" onClick={copy} aria-label={`Copy ${label} ${text}`}>
          <span className="clip">{shown}</span>
          <Icon name={copied ? 'check' : 'copy'} size={0.75} />
        </UnstyledButton>
      </Tooltip>
    )}
  </CopyButton>
);
