// The look of the window: light or dark, and how large the text is.
import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { showKeys } from '../../hooks/shortcuts.ts';
import { textSizes, useTextSize } from '../../theme/text-size.ts';

export const Appearance = (): ReactNode => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { percent, set } = useTextSize();
  return (
    <section className="stack">
      <h2>Appearance</h2>
      <h3 id="scheme-title">Colours</h3>
      <SegmentedControl
        aria-labelledby="scheme-title"
        value={colorScheme}
        onChange={(value) => setColorScheme(value as typeof colorScheme)}
        data={[
          { value: 'auto', label: 'As the system' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
        w="fit-content"
      />
      <h3 id="text-title">Text size</h3>
      <SegmentedControl
        aria-labelledby="text-title"
        value={String(percent)}
        onChange={(value) => set(Number(value))}
        data={textSizes.map((size) => ({ value: String(size), label: `${size} %` }))}
        w="fit-content"
      />
      <p className="card-about dim">
        “Larger text” and “Smaller text” are commands as well ({showKeys('mod+K')}). Motion follows the system’s
        setting.
      </p>
    </section>
  );
};
