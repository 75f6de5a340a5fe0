// Coverage: a calendar of the days that are synced and those that are not, the stretches behind it, and a range to fetch.
import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { CoverageRange } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { Form } from '../../components/form.tsx';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failure, Loading } from '../../components/states.tsx';
import { formatRoute } from '../../hooks/route.ts';
import { useSync } from '../../hooks/sync.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { type DayState, stateOfDays } from '../../model/coverage.ts';
import { addDays, addMonths, type DayRange, isDay, monthOf, weekdayOf } from '../../model/days.ts';
import { formatCount, formatSpan } from '../../model/format.ts';
import { describeProgress } from '../../model/job-text.ts';
import { weekdays } from '../../model/report-text.ts';
import { JobProgressBar } from '../../shell/jobs-tray.tsx';
import { Page } from '../../shell/page.tsx';
import './coverage.css';

const stateWords: Record<DayState, string> = {
  complete: 'synced whole',
  partial: 'synced in part',
  open: 'begun, not finished',
  capped: 'more than the API can deliver',
  failed: 'failed',
  missing: 'never asked for',
};
const MONTHS = 6;
const weekdayLetters = weekdays.map((name) => name.slice(0, 2));
const monthName = (day: string): string =>
  new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );

const Month = ({
  first,
  today,
  states,
  picked,
  onPick,
}: {
  first: string;
  today: string;
  states: ReadonlyMap<string, DayState>;
  /** The days that would be fetched. */
  picked: DayRange;
  onPick(day: string): void;
}): ReactNode => {
  const after = addMonths(first, 1);
  const days: string[] = [];
  for (let day = first; day < after; day = addDays(day, 1)) days.push(day);
  return (
    <section className="month" aria-label={monthName(first)}>
      <h2>{monthName(first)}</h2>
      <div className="month-days">
        {weekdayLetters.map((letters) => (
          <span key={letters} className="weekday" aria-hidden="true">
            {letters}
          </span>
        ))}
        {Array.from({ length: weekdayOf(first) - 1 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: empty places before the first day
          <span key={index} />
        ))}
        {days.map((day) => {
          const state = states.get(day) ?? 'missing';
          const isFuture = day > today;
          return isFuture ? (
            <span key={day} className="day future">
              {Number(day.slice(8))}
            </span>
          ) : (
            <button
              key={day}
              type="button"
              className={`day day-${state}${day >= picked.first && day <= picked.last ? ' picked' : ''}`}
              aria-pressed={day >= picked.first && day <= picked.last}
              title={`${day}: ${stateWords[state]}`}
              aria-label={`${Number(day.slice(8))} ${monthName(first)}: ${stateWords[state]}`}
              onClick={() => onPick(day)}
            >
              {Number(day.slice(8))}
            </button>
          );
        })}
      </div>
    </section>
  );
};

const FetchRange = ({
  first,
  last,
  onFirst,
  onLast,
  today,
}: {
  first: string;
  last: string;
  onFirst(day: string): void;
  onLast(day: string): void;
  today: string;
}): ReactNode => {
  const { syncRange, stop, running } = useSync();
  const isValid = isDay(first) && isDay(last) && first <= last && first <= today;
  return (
    <Form
      className="row wrap fetch-range"
      onSubmit={() => {
        if (isValid) syncRange({ from: first, to: last });
      }}
    >
      <TextInput
        type="date"
        label="First day"
        value={first}
        max={today}
        onChange={(e) => onFirst(e.currentTarget.value)}
      />
      <TextInput
        type="date"
        label="Last day, included"
        value={last}
        min={first}
        max={today}
        onChange={(e) => onLast(e.currentTarget.value)}
      />
      {running === null ? (
        <Button type="submit" disabled={!isValid} leftSection={<Icon name="download" size={0.875} />}>
          Fetch these days
        </Button>
      ) : (
        <Button variant="default" onClick={stop} disabled={running.isCancelling}>
          Stop the sync
        </Button>
      )}
      {isValid ? (
        <Button
          component="a"
          variant="subtle"
          href={formatRoute('search', { q: `after:${first} before:${addDays(last, 1)}` })}
        >
          Search these days
        </Button>
      ) : null}
      {running === null ? null : (
        <div className="fetch-progress">
          <span className="dim number">{describeProgress(running)}</span>
          <JobProgressBar job={running} />
        </div>
      )}
    </Form>
  );
};

const Ranges = ({ ranges }: { ranges: readonly CoverageRange[] }): ReactNode => {
  const { formats } = useWorkspace();
  return (
    <table className="ranges">
      <caption>Stretches, newest first; times in {formats.zone}</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col">State</th>
          <th scope="col" className="end">
            Conversations
          </th>
          <th scope="col">Fetched</th>
        </tr>
      </thead>
      <tbody>
        {ranges.toReversed().map((range) => (
          <tr key={range.from}>
            <td className="number">{formats.moment(range.from)}</td>
            <td className="number">{formats.moment(range.to)}</td>
            <td>
              <span className={`state-dot day-${range.state}`} aria-hidden="true" /> {stateWords[range.state]}
            </td>
            <td className="end number">{formatCount(range.rows)}</td>
            <td className="number dim">
              {range.fetchedAt === null
                ? 'never'
                : `${formatSpan(Math.max(0, Date.now() - Date.parse(range.fetchedAt)) / 1000)} ago`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

export const Coverage = (): ReactNode => {
  const { workspace, formats } = useWorkspace();
  const coverage = useCall('coverage.get', { workspace: workspace.id });
  const today = formats.day(new Date().toISOString());
  const [first, setFirst] = useState(addDays(today, -29));
  const [last, setLast] = useState(today);
  const [isPickingEnd, setIsPickingEnd] = useState(false);
  const [endMonth, setEndMonth] = useState(`${monthOf(today)}-01`);

  if (coverage.isPending || coverage.isError)
    return (
      <Page title="Coverage">
        {coverage.isPending ? (
          <Loading lines={10} />
        ) : (
          <Failure error={coverage.error} onRetry={() => void coverage.refetch()} />
        )}
      </Page>
    );
  const { ranges } = coverage.data;
  const months = Array.from({ length: MONTHS }, (_, index) => addMonths(endMonth, index - MONTHS + 1));
  const states = stateOfDays(ranges, months[0] ?? endMonth, addDays(addMonths(endMonth, 1), -1), formats.day);
  // The first click begins a range, the second ends it.
  const pick = (day: string): void => {
    if (isPickingEnd && day >= first) setLast(day);
    else {
      setFirst(day);
      setLast(day);
    }
    setIsPickingEnd(!(isPickingEnd && day >= first));
  };
  return (
    <Page
      title="Coverage"
      controls={
        <>
          <Button variant="default" onClick={() => setEndMonth(addMonths(endMonth, -MONTHS))}>
            Earlier
          </Button>
          <Button
            variant="default"
            disabled={monthOf(endMonth) >= monthOf(today)}
            onClick={() => setEndMonth(addMonths(endMonth, MONTHS))}
          >
            Later
          </Button>
        </>
      }
    >
      <div className="stack coverage">
        <div className="months">
          {months.map((month) => (
            <Month key={month} first={month} picked={{ first, last }} {...{ today, states }} onPick={pick} />
          ))}
        </div>
        <ul className="plain-list row wrap legend" aria-label="Colours">
          {(Object.keys(stateWords) as DayState[]).map((state) => (
            <li key={state} className="row">
              <span className={`state-dot day-${state}`} aria-hidden="true" /> {stateWords[state]}
            </li>
          ))}
          <li className="row">
            <span className="state-dot picked" aria-hidden="true" /> chosen below
          </li>
        </ul>
        <FetchRange {...{ first, last, today }} onFirst={setFirst} onLast={setLast} />
        {ranges.length === 0 ? (
          <Empty icon="coverage" title="Nothing was ever asked for">
            Fetch a range of days above, or the last 30 days with Sync.
          </Empty>
        ) : (
          <Ranges ranges={ranges} />
        )}
      </div>
    </Page>
  );
};
