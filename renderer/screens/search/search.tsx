// Search: a query, its counts by facet, the conversations found, and one of them beside the table. The address holds the
// query (q), the filters (f), the order (sort), the conversation shown (id) and whether it fills the screen (full).
import { ActionIcon, Button, Pill, Select } from '@mantine/core';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { sortColumns } from '../../../preload/contract/procedures.ts';
import { ColumnMenu } from '../../components/grid/column-menu.tsx';
import { useRowLimit } from '../../components/grid/data-grid.tsx';
import { useColumns } from '../../components/grid/use-columns.ts';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failure, Loading, Unreadable } from '../../components/states.tsx';
import { go, patch, useRoute } from '../../hooks/route.ts';
import { useStored } from '../../hooks/stored.ts';
import { useSync } from '../../hooks/sync.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatCount, formatMany } from '../../model/format.ts';
import { Page } from '../../shell/page.tsx';
import { ConversationView } from '../conversation/conversation.tsx';
import { createColumns } from './columns.tsx';
import { ExportButton } from './export-button.tsx';
import { Facets } from './facets.tsx';
import { QueryBar } from './query-bar.tsx';
import { ResultTable } from './result-table.tsx';
import { SavedSearches } from './saved-searches.tsx';
import { columnOfSort, formatSort, readSort, type Sort, sortChoices, sortOfColumn } from './sort.ts';
import '../../components/split.css';
import './search.css';
import { type Filter, formatFilter, joinQuery, parseFilter } from './tokens.ts';
import { useOverview } from './use-results.ts';

const NothingSynced = (): ReactNode => {
  const { sync, running } = useSync();
  return (
    <Empty
      icon="search"
      title="Nothing to search yet"
      actions={
        <Button onClick={sync} disabled={running !== null}>
          {running === null ? 'Sync now' : 'Syncing…'}
        </Button>
      }
    >
      Sync this workspace once; from then on searching needs no network.
    </Empty>
  );
};

export const Search = (): ReactNode => {
  const { params } = useRoute();
  const { workspace, formats } = useWorkspace();
  const text = params.get('q') ?? '';
  const tokens = params.getAll('f');
  const sort = readSort(params.get('sort'));
  const shownId = params.get('id');
  const isFull = params.get('full') === '1' && shownId !== null;
  const query = joinQuery(text, tokens);
  const filters = tokens.flatMap((token) => parseFilter(token) ?? []);

  const [areFacetsShown, setAreFacetsShown] = useStored('search.facets', true);
  const allColumns = useMemo(() => createColumns(formats), [formats]);
  const arranged = useColumns('search', allColumns);
  const overview = useOverview(workspace.id, query);
  const total = overview.data?.total ?? 0;
  const rowLimit = useRowLimit();
  const facets = overview.data?.facets ?? {};
  const isUnreadable = overview.error?.code === 'invalid_input';
  // While they are read, and while nothing is found, their room is kept: the table does not jump as one types.
  const hasFacets =
    overview.isPending || isUnreadable || filters.length > 0 || (!overview.isError && (total > 0 || query !== ''));
  const input = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
        input.current?.focus();
        event.preventDefault();
      }
      if (event.key === 'Escape' && !event.defaultPrevented && shownId !== null && event.target !== input.current)
        patch(isFull ? { full: '' } : { id: '' });
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [shownId, isFull]);

  const setSort = (by: Sort['by'], isDescending: boolean): void =>
    patch({ sort: by === 'started' && isDescending ? '' : formatSort({ by, isDescending }) });
  const toggle = (filter: Filter): void => {
    const token = formatFilter(filter);
    const opposite = formatFilter({ ...filter, isNegated: !filter.isNegated });
    const others = tokens.filter((one) => one !== opposite);
    patch({ f: others.includes(token) ? others.filter((one) => one !== token) : [...others, token] });
  };
  const labelOf = (filter: Filter): string =>
    facets[filter.field]?.find(({ value }) => value === filter.value)?.label ?? filter.value;

  const instead = isUnreadable ? (
    <Unreadable title="This search cannot be read" error={overview.error} />
  ) : overview.isError ? (
    <Failure error={overview.error} onRetry={() => void overview.refetch()} />
  ) : overview.isPending ? (
    <Loading lines={14} />
  ) : total > 0 ? null : query === '' ? (
    <NothingSynced />
  ) : (
    <Empty
      icon="search"
      title="No conversation matches"
      actions={
        <Button variant="default" onClick={() => go('search')}>
          Clear the search
        </Button>
      }
    >
      All words and filters must match. Take one away, or look at Coverage: days that are not synced are not searched.
    </Empty>
  );

  return (
    <Page
      title="Search"
      isFlush
      controls={
        <>
          <QueryBar
            text={text}
            inputRef={input}
            onChange={(q) => patch({ q }, 'replace')}
            onDropFilter={() => patch({ f: tokens.slice(0, -1) })}
          />
          <SavedSearches query={query} sort={formatSort(sort)} />
          <ExportButton query={query} total={total} />
          <ColumnMenu all={allColumns} arranged={arranged} />
        </>
      }
    >
      <div className="search-line">
        <Button
          variant={areFacetsShown ? 'light' : 'default'}
          size="compact-xs"
          leftSection={<Icon name="filter" size={0.75} />}
          aria-pressed={areFacetsShown}
          onClick={() => setAreFacetsShown(!areFacetsShown)}
        >
          Filters
        </Button>
        <span className="number" role="status">
          {overview.isError || overview.isPending ? '' : formatMany(total, 'conversation')}
          {overview.data && !overview.isError ? (
            <span className="dim">
              {total > rowLimit ? ` · the first ${formatCount(rowLimit)} in the table` : ''} ·{' '}
              {overview.data.tookMs < 1 ? '<1' : Math.round(overview.data.tookMs)} ms
            </span>
          ) : null}
        </span>
        {filters.map((filter) => (
          <Pill
            key={formatFilter(filter)}
            withRemoveButton
            removeButtonProps={{
              'aria-label': `Remove ${filter.field}: ${labelOf(filter)}`,
              tabIndex: 0,
              'aria-hidden': false,
            }}
            onRemove={() => toggle(filter)}
          >
            {filter.isNegated ? 'not ' : ''}
            {filter.field}: {labelOf(filter)}
          </Pill>
        ))}
        {filters.length > 1 ? (
          <Button variant="subtle" size="compact-xs" onClick={() => patch({ f: [] })}>
            Clear filters
          </Button>
        ) : null}
        <span className="push dim wide">Enter opens · arrows move · {formats.zone}</span>
        <Select
          aria-label="Order by"
          size="xs"
          w="9rem"
          value={sort.by}
          data={sortChoices}
          onChange={(by) => {
            const chosen = sortColumns.find((name) => name === by);
            if (chosen) setSort(chosen, chosen === 'started');
          }}
        />
        <ActionIcon
          variant="default"
          aria-label={sort.isDescending ? 'Largest first' : 'Smallest first'}
          onClick={() => setSort(sort.by, !sort.isDescending)}
        >
          <Icon name={sort.isDescending ? 'sortDown' : 'sortUp'} size={0.75} />
        </ActionIcon>
      </div>
      <div className={isFull ? 'split full' : 'split'} ref={body}>
        {areFacetsShown && !isFull && hasFacets ? (
          <Facets
            facets={facets}
            filters={filters}
            isNothingFound={!overview.isPending && !overview.isError && total === 0}
            onToggle={toggle}
          />
        ) : null}
        {isFull ? null : (
          <div className="split-main">
            <ResultTable
              workspace={workspace.id}
              query={query}
              order={formatSort(sort)}
              instead={instead}
              arranged={arranged}
              rowCount={total}
              sort={{ id: columnOfSort(sort.by), isDescending: sort.isDescending }}
              onSort={(id) => {
                const by = sortOfColumn(id);
                if (by !== null) setSort(by, sort.by === by ? !sort.isDescending : by === 'started');
              }}
              onActive={(row) => row && shownId !== null && patch({ id: row.key }, 'replace')}
              onOpen={(row) => patch({ id: row.key })}
              isMarked={({ key }) => key === shownId}
            />
          </div>
        )}
        {shownId === null ? null : (
          <aside className="split-side" aria-label="Conversation">
            <div className="split-bar">
              <Button
                variant="subtle"
                size="compact-xs"
                onClick={() => patch({ full: isFull ? '' : '1' })}
                leftSection={<Icon name={isFull ? 'right' : 'left'} size={0.75} />}
              >
                {isFull ? 'Beside the table' : 'Whole width'}
              </Button>
              <ActionIcon
                className="push"
                size="sm"
                aria-label="Close the conversation"
                onClick={() => patch({ id: '', full: '' })}
              >
                <Icon name="close" />
              </ActionIcon>
            </div>
            <ConversationView id={shownId} words={text} />
          </aside>
        )}
      </div>
    </Page>
  );
};
