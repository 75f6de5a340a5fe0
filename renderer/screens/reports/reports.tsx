// Reports: those that were issued, the definitions they are made from, and the schedules that make them.
import { Button, Tabs } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Icon } from '../../components/icon.tsx';
import { patch, useRoute } from '../../hooks/route.ts';
import { Page } from '../../shell/page.tsx';
import { Definitions } from './definitions.tsx';
import { Issued } from './issued.tsx';
import { MakeReport } from './make-report.tsx';
import './reports.css';
import { Schedules } from './schedules.tsx';

const parts = ['issued', 'definitions', 'schedules'] as const;

export const Reports = (): ReactNode => {
  const { params } = useRoute();
  const [isMaking, setIsMaking] = useState(false);
  const part = parts.find((one) => one === params.get('part')) ?? 'issued';
  return (
    <Page
      title="Reports"
      controls={
        <>
          <span className="push" />
          <Button leftSection={<Icon name="plus" size={0.875} />} onClick={() => setIsMaking(true)}>
            Make a report
          </Button>
        </>
      }
    >
      <Tabs value={part} onChange={(value) => patch({ part: value ?? '' })} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="issued">Issued</Tabs.Tab>
          <Tabs.Tab value="definitions">Definitions</Tabs.Tab>
          <Tabs.Tab value="schedules">Schedules</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="issued" pt="md">
          <Issued onMake={() => setIsMaking(true)} />
        </Tabs.Panel>
        <Tabs.Panel value="definitions" pt="md">
          <Definitions onMake={() => setIsMaking(true)} />
        </Tabs.Panel>
        <Tabs.Panel value="schedules" pt="md">
          <Schedules />
        </Tabs.Panel>
      </Tabs>
      <MakeReport isOpen={isMaking} onClose={() => setIsMaking(false)} />
    </Page>
  );
};
