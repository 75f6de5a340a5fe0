// Chooses which columns of a table are shown.
import { Button, Checkbox, Popover } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../icon.tsx';
import type { GridColumn } from './column.ts';
import type { ArrangedColumns } from './use-columns.ts';

export const ColumnMenu = <R,>({
  all,
  arranged,
}: {
  all: readonly GridColumn<R>[];
  arranged: ArrangedColumns<R>;
}): ReactNode => (
  <Popover position="bottom-end" trapFocus returnFocus>
    <Popover.Target>
      <Button variant="default" leftSection={<Icon name="columns" size={0.875} />}>
        Columns
      </Button>
    </Popover.Target>
    <Popover.Dropdown>
      <fieldset className="column-menu">
        <legend>Columns</legend>
        {all.map(({ id, header }) => {
          const column = arranged.table.getColumn(id);
          return (
            <Checkbox
              key={id}
              label={header}
              checked={column?.getIsVisible() ?? false}
              // The last one stays: a table without columns says nothing.
              disabled={(column?.getIsVisible() ?? false) && arranged.columns.length === 1}
              onChange={(event) => column?.toggleVisibility(event.currentTarget.checked)}
            />
          );
        })}
      </fieldset>
      <Button variant="subtle" size="compact-xs" onClick={arranged.reset}>
        As at first
      </Button>
    </Popover.Dropdown>
  </Popover>
);
