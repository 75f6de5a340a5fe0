// Reports that were issued: their files, make one again, and what has changed since.
import { Badge, Button, Modal } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import type { IssuedReport } from '../../../preload/contract/report.ts';
import { useCall } from '../../bridge/context.tsx';
import { FileLinks } from '../../components/file-links.tsx';
import { FolderField, useFolder } from '../../components/folder-field.tsx';
import { Form } from '../../components/form.tsx';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failure, Loading, Problem } from '../../components/states.tsx';
import { useJobs } from '../../hooks/jobs.tsx';
import { rangeOf } from '../../hooks/scorecard.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { createFormats, formatDays, formatMany } from '../../model/format.ts';
import { kindLabel } from '../../model/report-text.ts';
import { CopyId } from '../conversation/copy-id.tsx';
import { Diff } from './diff.tsx';

const Again = ({ report, isOpen, onClose }: { report: IssuedReport; isOpen: boolean; onClose(): void }): ReactNode => {
  const jobs = useJobs();
  const [folder, setFolder] = useFolder();
  const [problem, setProblem] = useState<unknown>(null);
  const start = async (): Promise<void> => {
    setProblem(null);
    try {
      await jobs.start('report.again', { id: report.id, outDir: folder }, `Report ${report.id} again`, null);
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Make report ${report.id} again`}>
      <Form className="stack" onSubmit={() => void start()}>
        <p className="card-about">
          The same bytes while the data are the same. When they have changed, the new files are named “changed since”
          and never pass for the report that was handed in.
        </p>
        <FolderField label="Folder" value={folder} onChange={setFolder} />
        <Problem error={problem} />
        <Button type="submit" disabled={folder === ''}>
          Make it again
        </Button>
      </Form>
    </Modal>
  );
};

const Report = ({ report }: { report: IssuedReport }): ReactNode => {
  const { formats, all } = useWorkspace();
  // Its days are those of its own zone, whichever workspace is open.
  const { zone } = report.period;
  const days = useMemo(() => createFormats(zone), [zone]);
  const [isAgain, setIsAgain] = useState(false);
  const [isDiff, setIsDiff] = useState(false);
  const owner = all.find((one) => one.id === report.workspace)?.name ?? report.workspace;
  const name = report.definition ?? kindLabel(report.kind);
  return (
    <li className="item">
      <div className="grow stack item-text">
        <div className="row wrap">
          <span className="dim number">{report.id}</span>
          <strong>{name}</strong>
          <span>{report.periodLabel}</span>
          <span className="dim number">
            {formatDays(rangeOf(report.period, days))}
            {zone === formats.zone ? '' : ` ${zone}`}
          </span>
          {report.isMasked ? <Badge variant="default">masked</Badge> : null}
          {report.coverage.isComplete ? null : (
            <span className="tone-warn">{Math.floor(report.coverage.fraction * 100)} % synced then</span>
          )}
        </div>
        <div className="dim">
          {owner} · issued {formats.moment(report.issuedAt)}
          {report.dataAsOf === null ? '' : ` · data as of ${formats.moment(report.dataAsOf)}`} ·{' '}
          {Object.entries(report.rowCounts)
            .map(([what, n]) => `${n.toLocaleString('en-GB')} ${what}`)
            .join(', ')}
        </div>
        <div className="row wrap">
          <FileLinks paths={report.files.map(({ path }) => path)} />
          <span className="dim">Hash</span>
          <CopyId text={report.contentHash} label="hash" shown={`${report.contentHash.slice(0, 12)}…`} />
        </div>
      </div>
      <Button
        variant="default"
        leftSection={<Icon name="again" size={0.75} />}
        onClick={() => setIsAgain(true)}
        aria-label={`Make report ${report.id} again`}
      >
        Make again…
      </Button>
      <Button variant="default" onClick={() => setIsDiff(true)} aria-label={`What changed since report ${report.id}`}>
        What changed
      </Button>
      <Again report={report} isOpen={isAgain} onClose={() => setIsAgain(false)} />
      <Modal
        opened={isDiff}
        onClose={() => setIsDiff(false)}
        size="xl"
        title={`What changed since report ${report.id}`}
      >
        {isDiff ? <Diff id={report.id} workspaceId={report.workspace} /> : null}
      </Modal>
    </li>
  );
};

const MOST = 200;

export const Issued = ({ onMake }: { onMake(): void }): ReactNode => {
  const issued = useCall('report.list', { limit: MOST });
  if (issued.isPending) return <Loading />;
  if (issued.isError) return <Failure error={issued.error} onRetry={() => void issued.refetch()} />;
  if (issued.data.length === 0)
    return (
      <Empty icon="reports" title="No reports yet" actions={<Button onClick={onMake}>Make a report</Button>}>
        Every report you make is listed here, with its files. It can be made again byte for byte, and compared with what
        is synced since.
      </Empty>
    );
  return (
    <>
      <ul className="plain-list items" aria-label="Issued reports">
        {issued.data.map((report) => (
          <Report key={report.id} report={report} />
        ))}
      </ul>
      {issued.data.length === MOST ? <p className="dim">The newest {formatMany(MOST, 'report')}.</p> : null}
    </>
  );
};
