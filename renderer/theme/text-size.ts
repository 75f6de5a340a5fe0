// The text size: 100 to 200 %, by the size of a rem, from which everything else in the window is measured.
import { useEffect, useMemo } from 'react';
import { useStored } from '../hooks/stored.ts';

export const textSizes = [100, 110, 125, 150, 175, 200] as const;

export const useTextSize = (): { percent: number; set(percent: number): void; larger(): void; smaller(): void } => {
  const [percent, set] = useStored<number>('text-size', 100);
  useEffect(() => {
    document.documentElement.style.fontSize = `${percent}%`;
  }, [percent]);
  return useMemo(
    () => ({
      percent,
      set,
      larger: () => set(textSizes.find((size) => size > percent) ?? 200),
      smaller: () => set(textSizes.findLast((size) => size < percent) ?? 100),
    }),
    [percent, set],
  );
};

/** Pixels of one rem now: for what is laid out by arithmetic. */
export const useRemPx = (): number => {
  const { percent } = useTextSize();
  return (16 * percent) / 100;
};
