import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildAgentScorecardsData } from '../../../main/reports/agent-scorecards.ts';
import { cutPages } from '../../../main/reports/svg-pages.ts';
import { agentScorecardsTemplate, createTypesetter, findReportFontDirs } from '../../../main/reports/typst.ts';
import { eventually } from '../../support/eventually.ts';
import { findCollisions, wordsOf } from '../../support/pdf-words.ts';
import { makeScorecardsInput } from './sample-scorecard.ts';

const fontDirs = findReportFontDirs();
const typesetter = createTypesetter();
const createdAtS = Date.UTC(2025, 9, 1, 6) / 1000;

const hasPdftotext = spawnSync('pdftotext', ['-v']).error === undefined;
if (!hasPdftotext)
  process.stderr.write('Tests of the text in PDFs are skipped: pdftotext (poppler-utils) is not installed.\n');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'afterword-pdf-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Input = ReturnType<typeof makeScorecardsInput>;
const compileReport = (input: Input, signal?: AbortSignal): Promise<Uint8Array> =>
  typesetter.pdf({
    template: agentScorecardsTemplate,
    data: buildAgentScorecardsData(input),
    createdAtS,
    fontDirs,
    ...(signal ? { signal } : {}),
  });

const renameAgents = (input: Input, names: readonly string[]): Input => {
  for (const [index, name] of names.entries()) {
    const row = input.scorecard.rows[index];
    if (row) row.name = name;
  }
  return input;
};

const withPlainBlanks = (text: string): string => text.replaceAll(/[\u00a0\u202f]/gu, ' ');
const extractText = (pdf: Uint8Array, ...options: string[]): string => {
  const path = join(folder, 'report.pdf');
  writeFileSync(path, pdf);
  // Blanks of other widths come out as plain ones or not, by the version of pdftotext.
  return withPlainBlanks(execFileSync('pdftotext', [...options, path, '-'], { encoding: 'utf8' }));
};
const countPages = (pdf: Uint8Array): number =>
  Buffer.from(pdf)
    .toString('latin1')
    .match(/\/Type \/Page\b(?!s)/gu)?.length ?? 0;

describe('a report of 30 agents', () => {
  let pdf: Uint8Array;
  beforeAll(async () => {
    pdf = await compileReport(makeScorecardsInput(30));
  });

  test('has a summary, one page an agent, and the definitions', () => {
    expect(countPages(pdf)).toBe(32);
  });

  test('is the same bytes each time', async () => {
    const again = await compileReport(makeScorecardsInput(30));
    expect(Buffer.compare(Buffer.from(again), Buffer.from(pdf))).toBe(0);
  });

  test('is tagged as PDF/UA-1, has bookmarks, a fixed author and date, and no script', () => {
    const source = Buffer.from(pdf).toString('latin1');
    expect(source).toMatch(/\/MarkInfo\s*<<\s*\/Marked true/u);
    expect(source).toContain('<pdfuaid:part>1</pdfuaid:part>');
    expect(source).toContain('/Outlines');
    expect(source).toMatch(/\/S \/TH\b/u);
    expect(source).toContain('/CreationDate (D:20251001060000');
    expect(source).toMatch(/\/Author \(Afterword\)/u);
    expect(source).not.toMatch(/\/JavaScript|\/JS\b|\/OpenAction|\/URI\b/u);
  });

  test.skipIf(!hasPdftotext)('prints each agent with the figures of the data', () => {
    const data = buildAgentScorecardsData(makeScorecardsInput(30));
    const pages = extractText(pdf, '-layout').split('\f');
    expect(pages[0]).toContain('1 Sep 2025 – 30 Sep 2025');
    expect(pages[0]).not.toContain('Incomplete data');
    for (const [index, agent] of data.agents.entries()) {
      const page = (pages[index + 1] ?? '').normalize('NFC');
      expect(page).toContain(agent.name.normalize('NFC'));
      expect(page).toContain(`Page ${index + 2} of 32`);
      // Below the headline figures.
      const table = page.slice(page.indexOf('Against team')).split('\n');
      for (const row of agent.groups.flatMap((group) => group.rows)) {
        const line = table.find((candidate) => candidate.trimStart().startsWith(row.label));
        expect(line, `${agent.name}: ${row.label}`).toContain(withPlainBlanks(row.text));
        expect(line, `${agent.name}: ${row.label}`).toContain(withPlainBlanks(row.change));
      }
    }
    expect(pages[31]).toContain(data.hash);
  });
});

test('US Letter keeps to one page an agent', async () => {
  const pdf = await compileReport({ ...makeScorecardsInput(3), paper: 'us-letter' });
  expect(countPages(pdf)).toBe(5);
  expect(Buffer.from(pdf).toString('latin1')).toContain('/MediaBox [0 0 612 792]');
});

test('the longest trend and a period with holes still fit one page an agent', async () => {
  const input = makeScorecardsInput(2);
  const points = Array.from({ length: 36 }, (_, i) => ({
    label: `${i + 1} Sep`,
    handled: i === 7 ? null : i * 9,
    ahtMean: 300,
  }));
  const hole = { from: '2025-09-04T08:00:00Z', to: '2025-09-05T08:00:00Z', state: 'missing' } as const;
  const holes = Array.from({ length: 9 }, () => hole);
  const scorecard = { ...input.scorecard, coverage: { isComplete: false, fraction: 0.9, holes } };
  const trend = new Map(scorecard.rows.map((row) => [row.key, points]));
  for (const paper of ['a4', 'us-letter'] as const) {
    const pdf = await compileReport({ ...input, scorecard, trend, paper });
    expect(countPages(pdf)).toBe(4);
    if (!hasPdftotext) continue;
    const text = extractText(pdf);
    expect(text.indexOf('Incomplete data: 90.0')).toBeGreaterThan(0);
    expect(text.indexOf('Incomplete data: 90.0')).toBeLessThan(text.indexOf('Summary'));
    expect(text).toContain('and 3 more');
  }
});

// The first ended the compiler for want of memory, in the second its pages grew by megabytes.
test.each([
  ['marks upon marks', '\u0301'.repeat(50_000)],
  ['words without an end', 'W '.repeat(100_000)],
])('an agent called %s is cut short, and the report is made', async (_what, name) => {
  const pdf = await compileReport(renameAgents(makeScorecardsInput(3), [name]), AbortSignal.timeout(60_000));
  expect(pdf.length).toBeLessThan(1_000_000);
});

test('a period without agents is a report that says so', async () => {
  const pdf = await compileReport(makeScorecardsInput(0));
  expect(countPages(pdf)).toBe(2);
  if (hasPdftotext) expect(extractText(pdf)).toContain('No agent handled');
});

describe('text from the data', () => {
  const literal = [
    '#panic("x")',
    '*bold* _slant_ $x^2$',
    '=1+1',
    '<tag> @ref #{1+1} \\n',
    'https://example.com/ "q" -- ...',
  ];

  test.skipIf(!hasPdftotext)('is printed as it is, never run as markup', async () => {
    const text = extractText(await compileReport(renameAgents(makeScorecardsInput(5), literal)), '-layout');
    for (const name of literal) expect(text).toContain(name);
  });

  test.skipIf(!hasPdftotext)('without a glyph in any font is marked and noted, not dropped', async () => {
    // Cuneiform, Linear B and an unassigned plane: no usual font has them.
    const input = renameAgents(makeScorecardsInput(3), [
      'Ann \u{12000}\u{12001} Lee',
      'Bo \u{10000}',
      'Cy e\u0301 \u{12000}',
    ]);
    const text = extractText(await compileReport(input), '-layout');
    expect(text).toContain('Ann □□ Lee');
    expect(text).toContain('Bo □');
    expect(text).toMatch(/□ stands for a character that no installed font/u);
    expect(text).toContain('3 different ones');
    const whole = extractText(await compileReport(makeScorecardsInput(3)));
    expect(whole).not.toContain('□');
  });

  test.skipIf(!hasPdftotext)('stands in its own place, however long its words are', async () => {
    const input = renameAgents(makeScorecardsInput(4), [
      'maximiliane.mustermann-beispielhausen@support.north.example.com',
      'M'.repeat(90),
      'Maximiliane-Alexandrina von und zu Beispielhausen, Mustertal und Probendorf',
    ]);
    const words = wordsOf(await compileReport(input), folder);
    expect(words.length).toBeGreaterThan(500);
    expect(findCollisions(words)).toEqual([]);
    for (const { right, pageWidth } of words) expect(right).toBeLessThan(pageWidth);
  });

  test.skipIf(!hasPdftotext)('cannot turn or hide its neighbours', async () => {
    const input = renameAgents(makeScorecardsInput(1), ['Eve\u202Etxt.exe\u200b\0\u0007 two\nlines']);
    expect(extractText(await compileReport(input))).toContain('Eve□txt.exe□□□ two lines');
  });
});

describe('the typesetter', () => {
  test('leaves the calling thread free', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const started = performance.now();
    await compileReport(makeScorecardsInput(30));
    const elapsedMs = performance.now() - started;
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(elapsedMs / 5 / 4);
  });

  test('stops at once when aborted', async () => {
    const controller = new AbortController();
    const attempt = compileReport(makeScorecardsInput(60), controller.signal);
    setTimeout(() => controller.abort(), 30);
    const started = performance.now();
    await expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
    expect(performance.now() - started).toBeLessThan(300);
    await expect(compileReport(makeScorecardsInput(1), controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });

  /** The helper processes of this one that are still there. */
  const helpers = (): string[] =>
    readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('typst-process');
      } catch {
        return false; // It ended meanwhile.
      }
    });

  test.skipIf(process.platform !== 'linux')(
    'leaves no process behind, neither with an answer nor without',
    async () => {
      const controller = new AbortController();
      const attempt = compileReport(makeScorecardsInput(60), controller.signal);
      attempt.catch(() => undefined);
      await eventually(helpers).toHaveLength(1);
      controller.abort();
      await expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
      await eventually(helpers).toEqual([]);
      await compileReport(makeScorecardsInput(1));
      await eventually(helpers).toEqual([]);
    },
  );

  test('says so when the process dies', async () => {
    const dying = createTypesetter(() => ({
      send: () => undefined,
      onReply: () => undefined,
      onEnd: (listener) => void setImmediate(listener),
      kill: () => undefined,
    }));
    const attempt = dying.pdf({ template: agentScorecardsTemplate, data: {}, createdAtS, fontDirs });
    await expect(attempt).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('ended') });
  });

  test('names the place of a template error and not the data', async () => {
    const template = join(folder, 'broken.typ');
    writeFileSync(template, '#let data = json(bytes(sys.inputs.data))\n#panic(data.name)\n');
    const attempt = typesetter.pdf({ template, data: { name: 'Canary Person' }, createdAtS, fontDirs });
    await expect(attempt).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('broken.typ:2') });
    await expect(attempt).rejects.not.toMatchObject({ message: expect.stringContaining('Canary') });
  });

  test('lets a template read no file outside its folder', async () => {
    const template = join(folder, 'nosy.typ');
    writeFileSync(template, '#read("../../etc/hostname")\n');
    await expect(typesetter.pdf({ template, data: {}, createdAtS, fontDirs })).rejects.toMatchObject({
      code: 'internal',
    });
  });
});

describe('pages as pictures', () => {
  const request = () => ({
    template: agentScorecardsTemplate,
    data: buildAgentScorecardsData(makeScorecardsInput(5)),
    createdAtS,
    fontDirs,
  });

  test('are those of the PDF, each whole and on its own', async () => {
    const pdf = await typesetter.pdf(request());
    const { pageCount, pages } = await typesetter.pages(request(), { first: 1, count: 100 });
    expect(pageCount).toBe(countPages(pdf));
    expect(pages).toHaveLength(pageCount);
    expect(new Set(pages).size).toBe(pageCount);
    for (const page of pages) {
      expect(page).toMatch(/^<svg [^>]*viewBox="0 0 595\.2756 841\.8898">/);
      const named = new Set([...page.matchAll(/ id="([^"]+)"/gu)].map(([, id]) => id));
      const used = new Set([...page.matchAll(/(?:href="#|url\(#)([^")]+)/gu)].map(([, id]) => id));
      expect(named.size).toBeGreaterThan(20);
      expect(used).toEqual(named);
      // As many are opened as closed, or a browser shows nothing.
      const opened = page.match(/<[a-z]+(?=[\s>])[^>]*[^/]>|<[a-z]+>/giu)?.length ?? 0;
      expect(opened).toBe(page.match(/<\/[a-z]+>/giu)?.length);
      expect(page).not.toMatch(/<script|<style|\son\w+=/iu);
    }
  });

  test('come by the range that is asked for, and say how many there are', async () => {
    const all = await typesetter.pages(request(), { first: 1, count: 100 });
    const some = await typesetter.pages(request(), { first: 3, count: 2 });
    expect(some).toEqual({ pageCount: all.pageCount, pages: all.pages.slice(2, 4) });
    expect(await typesetter.pages(request(), { first: 99, count: 2 })).toEqual({ pageCount: all.pageCount, pages: [] });
  });

  test('are refused when the drawing is not of the form that is known', () => {
    expect(() => cutPages('<svg viewBox="0 0 1 1"><g></g></svg>', 1, 1, 1)).toThrow('0 pages');
  });
});
