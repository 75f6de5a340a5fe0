// Customers' privacy: forgetting one customer, and all conversations older than some days, by hand or always; and the audit.
import { Checkbox, NumberInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import type { Forgotten, ForgottenNow } from '../../../preload/contract/privacy.ts';
import { useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Notice, Problem } from '../../components/states.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatMany } from '../../model/format.ts';
import { Audit } from './audit.tsx';
import { Encryption } from './encryption.tsx';
import { Retention } from './retention.tsx';

const SHORTEST_KEY = 3;
const gone = 'They are removed from the cache, and stay removed when they are synced again. This cannot be undone.';
const goneOld = 'They are removed from the cache, and come back only if a sync asks for that time by name.';

const describe = (result: Forgotten, verb: string): string => {
  const named = result.searches + result.definitions + result.schedules + result.issuedReports;
  return [
    `${formatMany(result.conversations, 'conversation')} ${verb}`,
    result.quarantined > 0 ? `, and ${formatMany(result.quarantined, 'unreadable record')}` : '',
    named > 0
      ? `; ${formatMany(named, 'saved search or report entry', 'saved searches and report entries')} that named them`
      : '',
    '.',
  ].join('');
};

const Done = ({ result }: { result: ForgottenNow | null }): ReactNode =>
  result === null ? null : (
    <Notice tone="good">
      {describe(result, 'forgotten')}
      {result.ended ? ` Also brought to its end: ${describe(result.ended, 'of another forgetting')}` : ''}
    </Notice>
  );

const ForgetCustomer = (): ReactNode => {
  const bridge = useBridge();
  const { workspace } = useWorkspace();
  const [customer, setCustomer] = useState('');
  const [asked] = useDebouncedValue(customer.trim(), 300);
  const [isLinked, setIsLinked] = useState(false);
  const [result, setResult] = useState<ForgottenNow | null>(null);
  const isLong = asked.length >= SHORTEST_KEY;
  const count = useCall(
    'forget.count',
    { workspace: workspace.id, customer: asked || '-' },
    { isEnabled: isLong, staleMs: 0 },
  );
  const known = isLong && asked === customer.trim() ? count.data : undefined;
  const others = known ? known.linked - known.conversations : 0;
  const found = isLinked ? known?.linked : known?.conversations;
  return (
    <div className="stack settings-form">
      <h3>Forget a customer</h3>
      <TextInput
        label="Customer"
        description="Phone number, email address, or the customer’s id: exactly as it stands in the conversations"
        value={customer}
        onChange={(event) => {
          setCustomer(event.currentTarget.value);
          setResult(null);
        }}
        spellCheck={false}
      />
      <span role="status" className="dim number">
        {found === undefined
          ? isLong && count.isFetching
            ? 'Looking…'
            : ''
          : formatMany(found, 'conversation').concat(' of this customer')}
      </span>
      {others > 0 ? (
        <Checkbox
          label={`Also ${formatMany(others, 'conversation')} that share a phone, an e-mail address or an id with them`}
          checked={isLinked}
          onChange={(event) => setIsLinked(event.currentTarget.checked)}
        />
      ) : null}
      {isLong ? <Problem error={count.error} /> : null}
      <div>
        <ConfirmButton
          label="Forget…"
          isDisabled={!found}
          title="Forget this customer"
          question={
            <>
              <strong>{formatMany(found ?? 0, 'conversation')}</strong> of {asked}, with saved searches and report
              definitions that name them. {gone} Report files stay where they are.
            </>
          }
          confirmLabel="Forget"
          onConfirm={async () => {
            setResult(await bridge.call('forget.run', { workspace: workspace.id, customer: asked, linked: isLinked }));
            setCustomer('');
          }}
        />
      </div>
      <Done result={result} />
    </div>
  );
};

const ForgetOld = (): ReactNode => {
  const bridge = useBridge();
  const { workspace, formats } = useWorkspace();
  const [days, setDays] = useState(400);
  const [result, setResult] = useState<ForgottenNow | null>(null);
  const before = formats.day(new Date(Date.now() - days * 86_400_000).toISOString());
  const count = useCall(
    'search.run',
    { workspace: workspace.id, query: `before:${before}`, limit: 0, facets: false },
    { isKept: true },
  );
  return (
    <div className="stack settings-form">
      <h3>Forget what is old</h3>
      <NumberInput
        label="Older than, in days"
        min={1}
        max={36_500}
        value={days}
        onChange={(value) => {
          setDays(Math.max(1, Math.round(Number(value) || 1)));
          setResult(null);
        }}
      />
      <span role="status" className="dim number">
        {count.data ? `About ${formatMany(count.data.total, 'conversation')} began before ${before}` : ''}
      </span>
      <Problem error={count.error} />
      <div>
        <ConfirmButton
          label="Forget…"
          isDisabled={!count.data || count.data.total === 0}
          title={`Forget everything older than ${formatMany(days, 'day')}`}
          question={
            <>
              About <strong>{formatMany(count.data?.total ?? 0, 'conversation')}</strong>. {goneOld}
            </>
          }
          confirmLabel="Forget"
          onConfirm={async () =>
            setResult(await bridge.call('forget.run', { workspace: workspace.id, olderThanDays: days }))
          }
        />
      </div>
      <Done result={result} />
    </div>
  );
};

export const Privacy = (): ReactNode => {
  const { workspace } = useWorkspace();
  return (
    <section className="stack">
      <h2>Privacy of {workspace.name}</h2>
      <p className="card-about dim">
        Conversations are kept on this computer only, in files that only you can open. Exports and reports can be masked
        when they are made.
      </p>
      <ForgetCustomer />
      <ForgetOld />
      <Retention />
      <Encryption />
      <Audit />
    </section>
  );
};
