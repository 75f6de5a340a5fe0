// The page's beginning: styles, the connection to the program, the window.
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './theme/theme.css';
import { createRoot } from 'react-dom/client';
import { App, createQueries } from './app.tsx';
import { connectBridge } from './bridge/connect.ts';
import { startReading } from './first-reads.ts';
import { keepFresh } from './hooks/stale.ts';

const root = document.getElementById('root');
const bridge = connectBridge();
const queries = createQueries();
keepFresh(bridge, queries);
void startReading(bridge, queries).then(() => {
  if (root !== null) createRoot(root).render(<App bridge={bridge} queries={queries} />);
});
