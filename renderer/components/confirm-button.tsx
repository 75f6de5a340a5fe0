// A button for what cannot be undone: says first what will be gone, and asks.
import { Button, type ButtonProps, Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Problem } from './states.tsx';

export const ConfirmButton = ({
  label,
  title,
  question,
  confirmLabel,
  cancelLabel = 'Keep',
  onConfirm,
  isDisabled = false,
  buttonProps = {},
}: {
  label: ReactNode;
  title: string;
  question: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  /** Rejects with what went wrong: the question stays and shows it. */
  onConfirm(): Promise<unknown>;
  isDisabled?: boolean;
  buttonProps?: ButtonProps & { 'aria-label'?: string };
}): ReactNode => {
  const [isOpen, setIsOpen] = useState(false);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const run = async (): Promise<void> => {
    setIsRunning(true);
    setProblem(null);
    try {
      await onConfirm();
      setIsOpen(false);
    } catch (error) {
      setProblem(error);
    } finally {
      setIsRunning(false);
    }
  };
  return (
    <>
      <Button variant="default" {...buttonProps} disabled={isDisabled} onClick={() => setIsOpen(true)}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} title={title}>
        <div className="stack">
          <div>{question}</div>
          <Problem error={problem} />
          <div className="row">
            <Button className="push" variant="default" onClick={() => setIsOpen(false)} data-autofocus>
              {cancelLabel}
            </Button>
            <Button color="red" loading={isRunning} onClick={() => void run()}>
              {confirmLabel}
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
};
