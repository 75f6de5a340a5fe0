// The search box: suggestions for the word at the cursor, and what went wrong with the query where it went wrong.
import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, type Ref, useEffect, useRef, useState } from 'react';
import { useBridge, useCall } from '../../bridge/context.tsx';
import { Icon } from '../../components/icon.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatCount } from '../../model/format.ts';
import { fieldHints } from './tokens.ts';

const SETTLE_MS = 200;
const COMPLETE_MS = 80;

export const QueryBar = ({
  text,
  onChange,
  onDropFilter,
  inputRef,
}: {
  /** What the address says; typing runs ahead of it. */
  text: string;
  onChange(text: string): void;
  /** Backspace in an empty box. */
  onDropFilter(): void;
  inputRef: Ref<HTMLInputElement>;
}): ReactNode => {
  const bridge = useBridge();
  const { workspace } = useWorkspace();
  const [typed, setTyped] = useState(text);
  const [cursor, setCursor] = useState(text.length);
  const told = useRef(text);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const latest = useRef(onChange);
  latest.current = onChange;

  // The address changed by itself (back, a link): the box follows.
  useEffect(() => {
    if (text === told.current) return;
    told.current = text;
    setTyped(text);
  }, [text]);
  useEffect(() => {
    if (typed.trim() === told.current) return;
    const timer = window.setTimeout(() => {
      told.current = typed.trim();
      latest.current(told.current);
    }, SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);

  const [asked] = useDebouncedValue(typed, COMPLETE_MS);
  const isOpen = combobox.dropdownOpened;
  const completion = useCall(
    'search.complete',
    { workspace: workspace.id, text: typed, cursor, limit: 10 },
    // A query in the making may be one that cannot be read yet: then there is nothing to offer.
    { isEnabled: isOpen && asked === typed && typed !== '', isKept: true, staleMs: 0 },
  );
  const suggestions = (typed === '' ? undefined : completion.data?.items) ?? [];
  /** Asks once more: what is seen may belong to the text of a moment ago. Null: the first there is. */
  const take = async (chosen: string | null): Promise<void> => {
    const { from, to, items } = await bridge.call('search.complete', { workspace: workspace.id, text: typed, cursor });
    const value = chosen ?? items[0]?.text;
    if (value === undefined) return;
    const isWhole = !value.endsWith(':');
    setTyped(`${typed.slice(0, from)}${value}${isWhole ? ' ' : ''}${typed.slice(to).trimStart()}`);
    setCursor(from + value.length + (isWhole ? 1 : 0));
    if (isWhole) combobox.closeDropdown();
  };
  // A query that cannot be read is said below; here there is only nothing to put in.
  const takeQuietly = (chosen: string | null): void => void take(chosen).catch(() => combobox.closeDropdown());

  return (
    <Combobox store={combobox} onOptionSubmit={takeQuietly} transitionProps={{ duration: 0 }}>
      <Combobox.Target>
        <TextInput
          ref={inputRef}
          className="grow query-bar"
          size="sm"
          aria-label="Search conversations"
          placeholder="Words, “phrases”, agent:…, queue:…, has:transfer, after:last-week"
          leftSection={<Icon name="search" />}
          value={typed}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setCursor(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
            combobox.openDropdown();
          }}
          onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
          onBlur={() => combobox.closeDropdown()}
          onKeyDown={(event) => {
            if (event.key === 'Escape') combobox.closeDropdown();
            if (event.key === 'Backspace' && typed === '') onDropFilter();
            if (event.key === 'Tab' && !event.shiftKey && isOpen && suggestions.length > 0) {
              takeQuietly(suggestions[combobox.getSelectedOptionIndex()]?.text ?? null);
              event.preventDefault();
            }
            if (event.key === 'Enter' && combobox.getSelectedOptionIndex() < 0) {
              combobox.closeDropdown();
              told.current = typed.trim();
              onChange(told.current);
            }
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={suggestions.length === 0}>
        <Combobox.Options aria-label="Suggestions">
          {suggestions.map(({ text: value, label, count }) => (
            <Combobox.Option value={value} key={value}>
              <span className="row">
                <span className="clip">{value.endsWith(':') ? value : label}</span>
                <span className="push dim number">
                  {count === null ? (fieldHints[label] ?? '') : formatCount(count)}
                </span>
              </span>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
};
