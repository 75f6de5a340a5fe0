// What the doctor found, check by check.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DoctorCheck } from '../../../preload/contract/procedures.ts';
import { useAction } from '../../bridge/context.tsx';
import { Icon, type IconName } from '../../components/icon.tsx';
import { Problem } from '../../components/states.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';

const icons: Record<DoctorCheck['state'], IconName> = {
  ok: 'check',
  warning: 'warning',
  failed: 'error',
  skipped: 'clock',
};
const tones: Record<DoctorCheck['state'], string> = {
  ok: 'tone-good',
  warning: 'tone-warn',
  failed: 'tone-bad',
  skipped: 'dim',
};
const words: Record<DoctorCheck['state'], string> = {
  ok: 'well',
  warning: 'look at this',
  failed: 'failed',
  skipped: 'skipped',
};

/** Runs the checks on a click: one of them asks Kore.ai, which costs a request. */
export const Checks = ({ only }: { only?: readonly string[] }): ReactNode => {
  const { workspace } = useWorkspace();
  const doctor = useAction('doctor.run');
  const checks = doctor.data?.checks.filter(({ name }) => only === undefined || only.includes(name)) ?? [];
  return (
    <div className="stack">
      <div className="row">
        <Button variant="default" loading={doctor.isPending} onClick={() => doctor.mutate({ workspace: workspace.id })}>
          {only === undefined ? 'Run the checks' : 'Check now'}
        </Button>
        {workspace.sample === null ? <span className="dim">Costs one request.</span> : null}
      </div>
      <Problem error={doctor.error} />
      <ul className="plain-list" aria-label="Checks">
        {checks.map(({ name, state, message }) => (
          <li key={name} className="check">
            <span className={tones[state]}>
              <Icon name={icons[state]} />
              <span className="sr">{words[state]}: </span>
            </span>
            <strong>{name}</strong>
            <span>{message}</span>
          </li>
        ))}
      </ul>
      {only === undefined && doctor.data?.contentHash ? (
        <p className="card-about dim">
          Content hash <span className="mono">{doctor.data.contentHash}</span>: two caches with the same hash hold the
          same.
        </p>
      ) : null}
    </div>
  );
};
