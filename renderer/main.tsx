// The page's beginning: styles, the connection to the program, the window.
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './theme/theme.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connectBridge } from './bridge/connect.ts';

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App bridge={connectBridge()} />);
