// npm run docs:metrics
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderMetricsDoc } from './metrics-doc.ts';

const folder = join(import.meta.dirname, '..', '..', 'docs');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'metrics.md'), renderMetricsDoc());
