// The counts beside a result: one click narrows to a value, another leaves it out.
import { ActionIcon, UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { SearchResult } from '../../../preload/contract/procedures.ts';
import { Icon } from '../../components/icon.tsx';
import { formatCount } from '../../model/format.ts';
import { canFilter, type Filter } from './tokens.ts';

const names: readonly [facet: string, title: string][] = [
  ['agent', 'Agent'],
  ['queue', 'Queue'],
  ['channel', 'Channel'],
  ['status', 'Status'],
  ['direction', 'Direction'],
  ['disposition', 'Disposition'],
  ['survey', 'Survey'],
  ['intent', 'Intent'],
  ['outcome', 'Outcome'],
  ['bot', 'Bot'],
  ['day', 'Day'],
];
const FEW = 6;

const FacetGroup = ({
  facet,
  title,
  values,
  filters,
  onToggle,
}: {
  facet: string;
  title: string;
  values: SearchResult['facets'][string];
  filters: readonly Filter[];
  onToggle(filter: Filter): void;
}): ReactNode => {
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? values : values.slice(0, FEW);
  return (
    <section className="facet" aria-label={title}>
      <h2>{title}</h2>
      <ul className="plain-list">
        {shown.map(({ value, label, count }) => {
          const isOn = filters.some((one) => one.field === facet && one.value === value && !one.isNegated);
          return (
            <li key={value} className={isOn ? 'facet-value on' : 'facet-value'}>
              <UnstyledButton
                className="facet-button"
                aria-pressed={isOn}
                disabled={!canFilter(value)}
                title={label}
                onClick={() => onToggle({ isNegated: false, field: facet, value })}
              >
                <span className="clip grow">{label}</span>
                <span className="number dim">{formatCount(count)}</span>
              </UnstyledButton>
              <ActionIcon
                className="facet-not"
                size="xs"
                aria-label={`Leave out ${label}`}
                disabled={!canFilter(value)}
                onClick={() => onToggle({ isNegated: true, field: facet, value })}
              >
                <Icon name="close" size={0.75} />
              </ActionIcon>
            </li>
          );
        })}
      </ul>
      {values.length > FEW ? (
        <UnstyledButton className="facet-more" onClick={() => setIsWhole(!isWhole)} aria-expanded={isWhole}>
          {isWhole ? 'Fewer' : `${values.length - FEW} more`}
          <span className="sr"> of {title}</span>
        </UnstyledButton>
      ) : null}
    </section>
  );
};

export const Facets = ({
  facets,
  filters,
  isNothingFound,
  onToggle,
}: {
  facets: SearchResult['facets'];
  filters: readonly Filter[];
  isNothingFound: boolean;
  onToggle(filter: Filter): void;
}): ReactNode => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  <aside className="facets" aria-label="Filters" tabIndex={0}>
    {isNothingFound ? <p className="facets-none dim">Nothing found, so nothing to count.</p> : null}
    {names.map(([facet, title]) => {
      const values = facets[facet] ?? [];
      return values.length === 0 ? null : <FacetGroup key={facet} {...{ facet, title, values, filters, onToggle }} />;
    })}
  </aside>
);
