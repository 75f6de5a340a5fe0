// The 200-agent scorecards as a PDF: Typst, as the program makes it, against Chromium printing the same content (the same
// tables, and charts as SVG, in HTML). Interleaved runs in one session, with new figures each time, because Typst remembers
// what it has laid out until its memory is cleared; medians and their ratio. The first run also loads the compiler. Beside
// Typst's wall time stands the processor time of this process and its helpers (Linux), which other work moves less. Run: npm run bench:pdf [agents] [runs]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleepMs } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type AgentScorecardsData, buildAgentScorecardsData } from '../../main/reports/agent-scorecards.ts';
import { agentScorecardsTemplate, createTypesetter, findReportFontDirs } from '../../main/reports/typst.ts';
import { findProgram } from '../support/ensure-system.ts';
import { makeScorecardsInput } from '../unit/reports/sample-scorecard.ts';
import { toHtml } from './pdf-html.ts';

const [agents = 200, runs = 5] = process.argv.slice(2).map(Number);
const chromium =
  ['chromium', 'google-chrome', 'chromium-browser'].map(findProgram).find((path) => path !== null) ?? null;
const typesetter = createTypesetter();
const folder = mkdtempSync(join(tmpdir(), 'afterword-bench-pdf-'));

/** Figures that no run before had, or the compiler would answer from memory. */
const makeData = (run: number): AgentScorecardsData => {
  const input = makeScorecardsInput(agents);
  const factor = 1 + (run + 1) / 97;
  for (const { metrics } of [...input.scorecard.rows, ...(input.previous?.rows ?? [])])
    for (const metric of Object.values(metrics)) {
      if (metric.value !== null && metric.value > 1) metric.value *= factor;
      metric.n = Math.round(metric.n * factor);
    }
  return buildAgentScorecardsData(input);
};

const countPages = (pdf: Uint8Array): number =>
  Buffer.from(pdf)
    .toString('latin1')
    .match(/\/Type ?\/Page\b(?!s)/gu)?.length ?? 0;

/** Processor time of this process and of those it has started and seen end, milliseconds; NaN where that is not told. */
const cpuMs = (): number => {
  if (process.platform !== 'linux') return Number.NaN;
  // Fields 14 to 17, in ticks of 10 ms; the second field is in brackets and may hold blanks.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
};

const timeTypst = async (data: AgentScorecardsData) => {
  const cpuBeforeMs = cpuMs();
  const startedMs = performance.now();
  const pdf = await typesetter.pdf({
    template: agentScorecardsTemplate,
    data,
    createdAtS: 1_759_298_400,
    fontDirs: findReportFontDirs(),
  });
  const ms = performance.now() - startedMs;
  // The helper was killed with its answer here; its time is known when it has been waited for.
  await sleepMs(200);
  return { ms, cpuMs: cpuMs() - cpuBeforeMs, bytes: pdf.length, pages: countPages(pdf) };
};

const timeChromium = (program: string, data: AgentScorecardsData) => {
  const [html, pdf] = [join(folder, 'report.html'), join(folder, 'report.pdf')];
  writeFileSync(html, toHtml(data));
  const startedMs = performance.now();
  execFileSync(
    program,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--user-data-dir=${join(folder, 'profile')}`,
      '--generate-pdf-document-outline',
      '--no-pdf-header-footer',
      `--print-to-pdf=${pdf}`,
      pathToFileURL(html).href,
    ],
    { stdio: 'ignore', timeout: 300_000 },
  );
  const ms = performance.now() - startedMs;
  return { ms, bytes: statSync(pdf).size, pages: countPages(readFileSync(pdf)) };
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
type Run = { ms: number; cpuMs: number };

try {
  const typst: Run[] = [];
  const printed: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const data = makeData(run);
    const ours = await timeTypst(data);
    typst.push(ours);
    console.log(
      `run ${run + 1}: Typst ${seconds(ours.ms)} (CPU ${seconds(ours.cpuMs)}), ${ours.pages} pages, ${(ours.bytes / 1e6).toFixed(1)} MB`,
    );
    if (chromium === null) continue;
    const theirs = timeChromium(chromium, data);
    printed.push(theirs.ms);
    console.log(
      `run ${run + 1}: Chromium ${seconds(theirs.ms)}, ${theirs.pages} pages, ${(theirs.bytes / 1e6).toFixed(1)} MB`,
    );
  }
  console.log(
    `Typst, median of ${runs}: ${seconds(median(typst.map(({ ms }) => ms)))} (CPU ${seconds(median(typst.map(({ cpuMs }) => cpuMs)))})`,
  );
  if (chromium === null) console.log('Chromium is not installed: nothing to compare with.');
  else {
    const ratio = median(printed) / median(typst.map(({ ms }) => ms));
    console.log(`Chromium, median of ${runs}: ${seconds(median(printed))}`);
    console.log(`ratio ${ratio.toFixed(1)} (bar: 5)${ratio < 5 ? ': NOT MET' : ''}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
