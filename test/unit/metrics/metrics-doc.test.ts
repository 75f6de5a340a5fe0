import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { metricRegistry } from '../../../main/metrics/registry.ts';
import { metricNames } from '../../../preload/contract/scorecard.ts';
import { renderMetricsDoc } from '../../support/metrics-doc.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'metrics.md'), 'utf8');

test('docs/metrics.md is what the registry says (npm run docs:metrics writes it)', () => {
  expect(page).toBe(renderMetricsDoc());
});

test('every metric is on the page once, with its formula', () => {
  for (const name of metricNames) {
    const { label, formula } = metricRegistry[name];
    expect(page.split(`### ${label}\n`).length, name).toBe(2);
    expect(page, name).toContain(formula);
  }
});
