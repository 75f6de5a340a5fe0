// The page behind “?”: every shortcut, from the same list that the keys are read from.
import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Command, localShortcuts, showKeys } from '../hooks/shortcuts.ts';

export const ShortcutHelp = ({
  commands,
  isOpen,
  onClose,
}: {
  commands: readonly Command[];
  isOpen: boolean;
  onClose(): void;
}): ReactNode => {
  const groups = [
    ...(['Go to', 'Do'] as const).map((where) => ({
      where,
      keys: commands
        .filter(({ group, keys }) => group === where && keys !== undefined)
        .map(({ keys = '', label }) => ({ keys, does: label })),
    })),
    ...localShortcuts,
  ];
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keyboard shortcuts" size="xl">
      <div className="help-groups">
        {groups.map(({ where, keys }) => (
          <section className="help-group" key={where}>
            <h3>{where}</h3>
            {keys.map((line) => (
              <div className="help-line" key={line.keys}>
                <span>{line.does}</span>
                <kbd className="mono dim">{showKeys(line.keys)}</kbd>
              </div>
            ))}
          </section>
        ))}
      </div>
    </Modal>
  );
};
