// The pages of a report before it is made, as pictures: an SVG in an img runs nothing and fetches nothing. A preview that
// nobody waits for any more is cancelled in the program.
import { Button, Skeleton } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { AppError } from '../../../preload/contract/errors.ts';
import type { ProcedureInput } from '../../../preload/contract/procedures.ts';
import type { ReportPreview } from '../../../preload/contract/report.ts';
import { callKey, useBridge } from '../../bridge/context.tsx';
import { Failure } from '../../components/states.tsx';
import { formatMany } from '../../model/format.ts';
import './preview.css';

export type PreviewInput = Omit<ProcedureInput<'report.preview'>, 'client' | 'firstPage' | 'pages'>;

const PAGES = 4;
/** Somebody who is choosing is not waiting yet. */
const SETTLED_MS = 350;
/** Pictures are large, and made anew in a second or two. */
const KEPT_MS = 60_000;

/** The value once it has been the same for a moment. */
const useSettled = <T,>(value: T): T => {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(JSON.parse(text) as T), SETTLED_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
};

const usePreview = (input: PreviewInput, parts: number) => {
  const bridge = useBridge();
  return useQueries({
    queries: Array.from({ length: parts }, (_, part) => {
      const asked = { ...input, firstPage: part * PAGES + 1, pages: PAGES };
      return {
        queryKey: callKey('report.preview', asked),
        queryFn: ({ signal }: { signal: AbortSignal }): Promise<ReportPreview> => {
          const client = crypto.randomUUID();
          signal.addEventListener('abort', () => void bridge.call('report.stop-preview', { client }));
          return bridge.call('report.preview', { ...asked, client });
        },
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: KEPT_MS,
      };
    }),
  });
};

const toImage = (svg: string): string => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

const Pages = ({ input }: { input: PreviewInput }): ReactNode => {
  const [parts, setParts] = useState(1);
  const answers = usePreview(input, parts);
  const [first] = answers;
  const failed = answers.find(({ isError }) => isError);
  const isPending = answers.some((answer) => answer.isPending);
  const pages = answers.flatMap(({ data }) => data?.pages ?? []);
  const pageCount = first?.data?.pageCount ?? 0;
  const left = pageCount - pages.length;
  return (
    <>
      <p className="preview-count dim" role="status">
        {pageCount > 0 ? `${formatMany(pageCount, 'page')}, as of now` : isPending ? 'Setting the pages…' : ''}
      </p>
      {pages.map((svg, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a page is its number
        <img key={index} className="preview-page" src={toImage(svg)} alt={`Page ${index + 1} of ${pageCount}`} />
      ))}
      {failed === undefined ? null : <Failure error={failed.error as AppError} onRetry={() => void failed.refetch()} />}
      {isPending ? <Skeleton className="preview-page preview-waiting" /> : null}
      {left > 0 && !isPending && failed === undefined ? (
        <Button variant="default" onClick={() => setParts(parts + 1)}>
          Show {left > PAGES ? `${PAGES} more pages of ${left} left` : formatMany(left, 'more page')}
        </Button>
      ) : null}
    </>
  );
};

export const Preview = ({ input }: { input: PreviewInput }): ReactNode => {
  const settled = useSettled(input);
  const room = useRef<HTMLElement>(null);
  // Where there is no room beside the form it is below, out of sight.
  useEffect(() => {
    room.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <section ref={room} className="preview" aria-label="Preview" tabIndex={-1}>
      <Pages key={JSON.stringify(settled)} input={settled} />
    </section>
  );
};
