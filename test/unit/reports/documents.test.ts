// Every kind of report that is a document of tables: what it prints and what its CSV holds are the same figures, text from
// the data stays text, and what does not add up is not made.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { displayRule } from '../../../main/metrics/registry.ts';
import {
  documentCsv,
  figureOf,
  hashDocument,
  listFigures,
  type ReportDocument,
  summaryColumns,
} from '../../../main/reports/document.ts';
import { buildDocumentPages } from '../../../main/reports/document-page.ts';
import { formatFigure } from '../../../main/reports/figures.ts';
import { createTypesetter, documentTemplate, findReportFontDirs } from '../../../main/reports/typst.ts';
import { reportKinds } from '../../../preload/contract/report.ts';
import { findProgram } from '../../support/ensure-system.ts';
import { parseCsv } from '../../support/parse-csv.ts';
import { findCollisions, wordsOf } from '../../support/pdf-words.ts';
import { type DocumentKindName, makeDocument } from './sample-documents.ts';

const kinds = reportKinds.filter((kind): kind is DocumentKindName => kind !== 'agent-scorecards');
const hasPdftotext = findProgram('pdftotext') !== null;
if (!hasPdftotext)
  process.stderr.write('Tests of the text in PDFs are skipped: pdftotext (poppler-utils) is not installed.\n');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'afterword-documents-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const compile = (document: ReportDocument): Promise<Uint8Array> =>
  createTypesetter().pdf({
    template: documentTemplate,
    data: buildDocumentPages(document, displayRule),
    createdAtS: Date.UTC(2025, 9, 1, 6) / 1000,
    fontDirs: findReportFontDirs(),
  });
const sourceOf = (pdf: Uint8Array): string => Buffer.from(pdf).toString('latin1');
/** The words of a PDF as one line, without what lets long words break. */
const textOf = (pdf: Uint8Array): string => {
  const path = join(folder, 'report.pdf');
  writeFileSync(path, pdf);
  return execFileSync('pdftotext', ['-raw', path, '-'], { encoding: 'utf8' })
    .replaceAll('\u200b', '')
    .replaceAll(/[\s\u00a0\u202f]+/gu, ' ');
};
const withoutBlanks = (text: string): string => text.replaceAll(/[\s\u00a0\u202f]+/gu, '');
const readCsv = (document: ReportDocument): Record<string, string>[] => parseCsv([...documentCsv(document)].join(''));

describe.each(kinds)('%s', (kind) => {
  test('is a tagged PDF/UA-1 with bookmarks, embedded fonts, no script, and the same bytes each time', async () => {
    const document = makeDocument(kind, { rows: 12 });
    const pdf = await compile(document);
    const source = sourceOf(pdf);
    expect(source).toMatch(/\/MarkInfo\s*<<\s*\/Marked true/u);
    expect(source).toContain('<pdfuaid:part>1</pdfuaid:part>');
    expect(source).toContain('/Outlines');
    expect(source).toMatch(/\/S \/TH\b/u);
    expect(source).toMatch(/\/FontFile[23]/u);
    expect(source).not.toMatch(/\/JavaScript|\/JS\b|\/OpenAction|\/URI\b/u);
    expect(Buffer.compare(Buffer.from(await compile(makeDocument(kind, { rows: 12 }))), Buffer.from(pdf))).toBe(0);
  });

  test.each([0, 1])('with %d rows it is a report that says so', async (rows) => {
    const pdf = await compile(makeDocument(kind, { rows }));
    const empty = makeDocument(kind, { rows }).tables.filter((table) => table.rows.length === 0 && table.empty !== '');
    if (rows === 0) expect(empty.length).toBeGreaterThan(0);
    if (hasPdftotext) for (const table of empty) expect(textOf(pdf)).toContain(table.empty);
  });

  test.skipIf(!hasPdftotext)('prints text from the data as it is, never as markup', async () => {
    const names = [
      '#panic("x")',
      '<script>alert(1)</script>',
      "=cmd|' /C calc'!A0",
      '*b* _s_ $x^2$ @ref',
      '#{1+1} \\n "q" -- //c',
    ];
    const text = withoutBlanks(textOf(await compile(makeDocument(kind, { rows: 8, names }))));
    for (const name of names) expect(text).toContain(withoutBlanks(name));
    const csv = [...documentCsv(makeDocument(kind, { rows: 8, names }))].join('');
    expect(csv).toContain("'=cmd|");
    expect(csv).not.toMatch(/(^|,)"=cmd/mu);
  });

  test.skipIf(!hasPdftotext)('keeps every word within the margins, and none upon another', async () => {
    const words = wordsOf(await compile(makeDocument(kind, { rows: 12 })), folder);
    const margin = Math.min(...words.filter(({ text }) => text === 'Definitions').map(({ left }) => left), 60);
    expect(words.length).toBeGreaterThan(100);
    expect(
      words.filter(({ left, right, pageWidth }) => left < margin - 0.5 || right > pageWidth - margin + 0.5),
    ).toEqual([]);
    expect(findCollisions(words)).toEqual([]);
  });

  test.skipIf(!hasPdftotext)('of a period that has not begun, it says so and calls nothing synced', async () => {
    const { period } = makeDocument(kind, { rows: 0 });
    const coverage = { isComplete: true, fraction: 1, holes: [], notOverAt: period.from };
    const text = textOf(await compile(makeDocument(kind, { rows: 0, frame: { coverage } })));
    expect(text).toContain('This period has not begun.');
    expect(text).not.toMatch(/figures reach to|is synced|coverage 100/u);
  });

  test.skipIf(!hasPdftotext)('says on its first page, before any figure, what is not synced', async () => {
    const hole = { from: '2025-09-04T08:00:00Z', to: '2025-09-05T08:00:00Z', state: 'failed' } as const;
    const coverage = { isComplete: false, fraction: 0.93, holes: [hole] };
    const document = makeDocument(kind, { rows: 3, frame: { coverage } });
    const text = textOf(await compile(document));
    expect(text.indexOf('Incomplete data: 93.0')).toBeGreaterThan(0);
    expect(text.indexOf('Incomplete data: 93.0')).toBeLessThan(text.indexOf('Summary'));
    expect(text.indexOf('Incomplete data: 93.0')).toBeLessThan(text.indexOf('Page 1 of'));
    expect(text).toContain('4 Sep 2025, 10:00 to 5 Sep 2025, 10:00 (failed)');
    const changes = buildDocumentPages(document, displayRule).summary.flatMap((group) =>
      group.rows.map((row) => row.change),
    );
    expect(new Set(changes)).toEqual(new Set(['–']));
    expect(readCsv(document).every((line) => line.coverageIsComplete === 'false')).toBe(true);
  });

  test('has a line in the CSV for every row, whose figures are those on the page', () => {
    const document = makeDocument(kind, { rows: 12 });
    const lines = readCsv(document);
    const pages = buildDocumentPages(document, displayRule);
    let compared = 0;
    for (const [index, table] of document.tables.entries()) {
      const own = lines.filter((line) => line.section === table.id);
      expect(own.map((line) => line.key)).toEqual(table.rows.map((row) => row.key.replace(/^(?=[=+\-@])/, "'")));
      for (const [at, row] of (pages.tables[index]?.rows ?? []).entries()) {
        for (const [column, { text, tone }] of row.cells.entries()) {
          const meta = table.columns[column];
          const value = own[at]?.[meta?.name ?? ''];
          if (meta?.kind !== 'figure' || tone === 'hidden' || table.missing?.has(table.rows[at]?.key ?? '')) continue;
          expect(formatFigure(value === '' || value === undefined ? null : Number(value), meta.unit)).toBe(text);
          compared += 1;
        }
      }
    }
    const [total] = lines;
    for (const { name, unit } of summaryColumns(document.summary)) {
      const printed = pages.summary.flatMap((group) => group.rows);
      const label = summaryColumns(document.summary).find((column) => column.name === name)?.label;
      const row = printed.find((candidate) => candidate.label === label);
      if (row?.tone === 'hidden') continue;
      expect(formatFigure(total?.[name] === '' ? null : Number(total?.[name]), unit)).toBe(row?.text);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(12);
    expect(lines.every((line) => line.dataHash === pages.hash)).toBe(true);
  });

  test('its hash is of every figure and every text', () => {
    const base = hashDocument(makeDocument(kind, { rows: 4 }));
    expect(hashDocument(makeDocument(kind, { rows: 4 }))).toBe(base);
    const generatedAt = '2030-01-01T00:00:00Z';
    expect(hashDocument(makeDocument(kind, { rows: 4, frame: { generatedAt } }))).toBe(base);
    expect(hashDocument(makeDocument(kind, { rows: 4, frame: { definitions: 'Other 1' } }))).not.toBe(base);
    for (const [index, table] of makeDocument(kind, { rows: 4 }).tables.entries()) {
      for (const { name } of table.columns) {
        const changed = makeDocument(kind, { rows: 4 });
        const row = changed.tables[index]?.rows[0];
        if (row === undefined) throw new Error('no row');
        Object.assign(row, { cells: { ...row.cells, [name]: 'another' } });
        expect(hashDocument(changed), `${table.id}.${name}`).not.toBe(base);
      }
    }
  });

  test('keeps figures with the issue and no row of a conversation', () => {
    const document = makeDocument(kind, { rows: 5, names: ['Zanzibar'] });
    const kept = listFigures(document);
    expect(new Set(kept.map((row) => row.key)).size).toBe(kept.length);
    const lists = document.tables.filter((table) => !table.isKept);
    for (const row of lists.flatMap((table) => table.rows)) expect(JSON.stringify(kept)).not.toContain(row.key);
    const total = kept.find((row) => row.key === '(total)');
    const [first] = summaryColumns(document.summary);
    expect(total?.figures[first?.name ?? '']?.value).toBe(figureOf(document.summary.total, first?.name ?? '').value);
  });
});

describe('queue-service', () => {
  test('each line of outcomes adds up to its sum, and the queues to the total', () => {
    const document = makeDocument('queue-service', { rows: 30 });
    const table = document.tables.find(({ id }) => id === 'outcome');
    if (!table?.total) throw new Error('no table of outcomes');
    const outcomes = table.columns.map(({ name }) => name).filter((name) => name !== 'outcomeSum');
    expect(outcomes).toHaveLength(8);
    for (const row of [table.total, ...table.rows]) {
      const sum = outcomes.reduce((all, name) => all + (figureOf(row, name).value ?? 0), 0);
      expect(sum).toBe(figureOf(row, 'outcomeSum').value);
    }
    for (const name of [...outcomes, 'outcomeSum']) {
      const sum = table.rows.reduce((all, row) => all + (figureOf(row, name).value ?? 0), 0);
      expect(sum, name).toBe(figureOf(table.total, name).value);
    }
    expect(figureOf(table.total, 'outcomeSum')).toEqual(figureOf(document.summary.total, 'offered'));
  });
});

test('rows beyond what a page should hold are counted out on paper and whole in the CSV', async () => {
  const document = makeDocument('raw-rows', { rows: 1500 });
  const pages = buildDocumentPages(document, displayRule);
  expect(pages.tables[0]?.rows).toHaveLength(1000);
  expect(pages.notes.join()).toContain('first 1000 of 1500 conversations');
  const comments = makeDocument('surveys', { rows: 700 });
  const table = buildDocumentPages(comments, displayRule).tables.find(({ id }) => id === 'comment');
  expect(table?.rows).toHaveLength(300);
  expect(table?.cut).toMatch(/first 300 of 700 rows.*CSV/u);
  expect(readCsv(comments).filter((line) => line.section === 'comment')).toHaveLength(700);
});

test('with the CSAT scale not confirmed, no score is called good or bad', () => {
  const pages = buildDocumentPages(makeDocument('surveys', { rows: 5, frame: { csatPolarity: 'unset' } }), displayRule);
  expect(pages.headlines[0]?.label).toBe('CSAT, mean');
  expect(JSON.stringify(pages)).not.toMatch(/top two|bottom two/iu);
  expect(pages.notes.join()).toMatch(/not been confirmed/u);
});
