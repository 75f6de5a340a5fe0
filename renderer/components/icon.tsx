// The window's icons: drawn for it on a 16-unit grid with one stroke width. Decoration only: the control that holds one
// carries the name.
import type { ReactNode } from 'react';

const paths = {
  home: 'M2.5 7.5 8 3l5.5 4.5M4 6.5V13h3V9.5h2V13h3V6.5',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 14 14',
  scorecards: 'M2.5 13.5h11M4 11V8M7 11V4.5M10 11V6.5M13 11V3',
  reports: 'M4 2h5.5L12.5 5v9H4zM9.5 2v3h3M6 8.5h4.5M6 11h4.5',
  coverage: 'M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.5v3M10.5 2.5v3M5.5 10h1M9.5 10h1',
  settings: 'M2.5 4.5h5M11 4.5h2.5M7.5 2.75v3.5h3.5v-3.5zM2.5 11.5H5M8.5 11.5h5M5 9.75v3.5h3.5v-3.5z',
  sync: 'M13 6.5A5.2 5.2 0 0 0 3.4 5.2M3 2.5v3h3M3 9.5a5.2 5.2 0 0 0 9.6 1.3M13 13.5v-3h-3',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5 6.5 12 13 4.5',
  warning: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.7v.3',
  error: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 4.8v4M8 10.9v.3',
  info: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 7.2v4M8 4.8v.3',
  copy: 'M6 6h7.5v7.5H6zM10 6V2.5H2.5V10H6',
  open: 'M9 2.5h4.5V7M13.5 2.5 7.5 8.5M6 3.5H2.5v10h10V10',
  folder: 'M2 4h4l1.5 1.5H14V13H2z',
  download: 'M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.5h10',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  sortUp: 'M8 13V3M4.5 6.5 8 3l3.5 3.5',
  sortDown: 'M8 3v10M4.5 9.5 8 13l3.5-3.5',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  left: 'M10 4 6 8l4 4',
  right: 'M6 4l4 4-4 4',
  plus: 'M8 3v10M3 8h10',
  bot: 'M3 6h10v7H3zM8 3.2V6M6 9v1M10 9v1',
  queue: 'M2.5 4h11M2.5 8h11M2.5 12h6.5',
  agent: 'M8 7.5a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM3 14c.5-3 2.4-4.5 5-4.5s4.5 1.5 5 4.5',
  hold: 'M5.5 3.5v9M10.5 3.5v9',
  callback: 'M3 3h3l1 3-1.8 1.2a7 7 0 0 0 3.6 3.6L10 9l3 1v3c-5.5.4-10.400-4.500-10-10z',
  survey: 'M8 2.200l1.800 3.700 4 .6-2.900 2.800.7 4L8 11.400l-3.600 1.900.7-4L2.200 6.500l4-.6z',
  note: 'M3 3h10v7l-3 3H3zM10 13v-3h3M5.500 6h5M5.500 8.500h3',
  keyboard: 'M1.500 4h13v8h-13zM4 6.500h.3M6.500 6.500h.3M9 6.500h.3M11.500 6.500h.3M5 9.500h6',
  play: 'M5 3.500v9l7.500-4.500z',
  again: 'M3.200 8a4.800 4.800 0 1 0 1.500-3.500L3 6M3 2.800V6h3.200',
  trash: 'M3 4.500h10M6.500 4.500v-2h3v2M4.200 4.500l.6 9h6.400l.6-9',
  pause: 'M5.500 4v8M10.500 4v8',
  clock: 'M8 14.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM8 4.500V8l2.500 1.500',
  filter: 'M2.500 3.500h11L9.500 8.500v4l-3 1.500v-5.500z',
  eye: 'M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  palette: 'M3 4.500 6.500 8 3 11.500M8.500 11.500H13',
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name, size = 1 }: { name: IconName; size?: number }): ReactNode => (
  <svg
    width={`${size}rem`}
    height={`${size}rem`}
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.3"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
    style={{ flex: 'none' }}
  >
    <path d={paths[name]} />
  </svg>
);
