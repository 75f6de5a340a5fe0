// npm run bench:window [conversations]: the window on a large cache, in a real Chromium: how long until it shows data, whether
// typing ever waits for it, how many frames it drops while its table is scrolled, and what all of it holds in memory. Needs
// the page built (npm run build) and the data of npm run bench, which it makes when they are not there. Linux alone tells
// what a process holds. Docs: docs/performance.md.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleepMs } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright';
import { createApp } from '../../main/app.ts';
import { systemClock } from '../../main/hosts/clock.ts';
import { createDispatcher } from '../../main/hosts/dispatcher.ts';
import { cachePath } from '../../main/store/cache.ts';
import { launchTestBrowser } from '../support/browser.ts';
import { noKeychain } from '../support/key-store.ts';
import { benchDir, ensureCache, vocabulary } from './data.ts';
import { median } from './measure.ts';
import { formatLines, formatMs, lineOfLimit } from './report.ts';

const conversations = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 3;
const patienceMs = 600_000;

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** A data folder of the program's own around a copy of the bench's cache. */
const ensureDataDir = async (): Promise<string> => {
  const dataDir = join(benchDir, `window-${conversations}`);
  if (existsSync(dataDir)) return dataDir;
  const { path } = await ensureCache(conversations);
  const part = `${dataDir}.part`;
  mkdirSync(part, { recursive: true, mode: 0o700 });
  const nothing = (): void => undefined;
  const app = createApp({
    dataDir: part,
    secrets: noKeychain,
    env: {},
    http: () => createDispatcher({}),
    clock: systemClock,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
  const made = await app.call('workspaces.connect', {
    ...{
      name: 'Bench',
      host: 'https://platform.kore.ai',
      accountId: 'bench',
      appId: 'st-bench',
      zone: 'Europe/Berlin',
    },
    ...{ credential: { kind: 'existing' as const }, store: false, check: false },
  });
  if (!made.ok) throw new Error(made.error.message);
  await app.close();
  const target = cachePath(part, made.data.id);
  mkdirSync(join(target, '..'), { recursive: true, mode: 0o700 });
  copyFileSync(path, target, constants.COPYFILE_FICLONE);
  renameSync(part, dataDir);
  return dataDir;
};

type Host = { process: ChildProcess; address: string; readyMs: number; end(): Promise<void> };
const startHost = async (dataDir: string): Promise<Host> => {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'window-host.ts'), dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // As main/hosts/browser/start.ts has it.
    env: { ...process.env, NODE_COMPILE_CACHE: join(import.meta.dirname, '../../.cache/compiled') },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout });
  const { value: address } = await lines[Symbol.asyncIterator]().next();
  if (typeof address !== 'string') throw new Error('the host did not start');
  return {
    process: child,
    address,
    readyMs: performance.now() - startedMs,
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
};

const statusOf = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It ended meanwhile.
  }
};
/** What a process holds of its own; mapped pages of files are left out, which the system takes back at will. */
const ownBytes = (pid: number): number =>
  Number(/^RssAnon:\s+(\d+) kB/m.exec(statusOf(pid, 'status'))?.[1] ?? 0) * 1024;
const parentOf = (pid: number): number => Number(statusOf(pid, 'stat').split(') ')[1]?.split(' ')[1] ?? 0);
/** The processes below this one, by Chromium's own name for what they do. */
const browserProcesses = (host: number): { pid: number; type: string }[] => {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const isBelow = (pid: number): boolean => {
    for (let at = pid; at > 1; at = parentOf(at)) if (at === process.pid) return true;
    return false;
  };
  return pids
    .filter((pid) => pid !== process.pid && pid !== host && isBelow(pid))
    .map((pid) => ({ pid, type: /--type=([a-z-]+)/.exec(statusOf(pid, 'cmdline'))?.[1] ?? 'browser' }));
};

/** Counts long tasks and frames from the page's beginning. A frame that comes late stands for those that did not come. */
const watch = `
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });
  window.frames = { shown: 0, dropped: 0, last: 0, isCounting: false };
  const tick = (now) => {
    const { frames } = window;
    if (frames.isCounting && frames.last > 0) {
      frames.shown += 1;
      frames.dropped += Math.max(0, Math.round((now - frames.last) / (1000 / 60)) - 1);
    }
    frames.last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);`;

const takeLongTasks = (page: Page): Promise<number[]> => page.evaluate('window.longTasks.splice(0)');
const countFrames = async (page: Page, work: () => Promise<void>): Promise<number> => {
  await page.evaluate('Object.assign(frames, { shown: 0, dropped: 0, last: 0, isCounting: true })');
  await work();
  await page.evaluate('frames.isCounting = false');
  const { shown, dropped } = (await page.evaluate('frames')) as { shown: number; dropped: number };
  return dropped / Math.max(1, shown + dropped);
};

type TraceEvent = {
  ph: string;
  name: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
};
/** The longest task of a page's main thread by its own processor time, which other work on the machine does not lengthen. */
const longestByCpu = async (browser: Browser, page: Page, work: () => Promise<void>): Promise<number> => {
  await browser.startTracing(page, { categories: ['toplevel'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString('utf8')) as { traceEvents: TraceEvent[] };
  const mainThreads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ ph, name, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && mainThreads.has(`${pid} ${tid}`),
  );
  if (tasks.length === 0) throw new Error('the trace has no tasks');
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
};

const open = async (browser: Browser, address: string): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  await page.addInitScript(watch);
  await page.goto(address);
  return page;
};
/** Home with its count and its figures: what a start shows first. */
const seeHome = async (page: Page): Promise<{ dataMs: number; figuresMs: number }> => {
  const at = (): Promise<number> => page.evaluate('performance.now()');
  await page.getByText(conversations.toLocaleString('en-GB'), { exact: true }).waitFor();
  const dataMs = await at();
  await page.locator('.headline-value').first().waitFor();
  return { dataMs, figuresMs: await at() };
};

const type = async (page: Page): Promise<number[]> => {
  await page.evaluate(`location.hash = '#/search'`);
  const bar = page.getByLabel('Search conversations');
  await page.getByRole('grid').waitFor();
  await sleepMs(1500);
  await takeLongTasks(page);
  const texts = [`${vocabulary[3]} ${vocabulary[40]} `, 'agent:a', ' has:survey aht:>300', 'refund OR bill'];
  await bar.click();
  for (const text of texts) {
    await bar.pressSequentially(text, { delay: 70 });
    await sleepMs(800);
    await bar.fill('');
    await sleepMs(400);
  }
  return takeLongTasks(page);
};

/** Seconds of processor time that the page's main thread has used. */
const pageCpuS = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
};

type Scrolled = { dropped: number; idle: number; longTasks: number[]; cpuShare: number };
const scroll = async (page: Page): Promise<Scrolled> => {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.keyboard.press('Escape');
  await page.getByRole('grid').hover();
  await sleepMs(1500);
  const idle = await countFrames(page, () => sleepMs(4000));
  await takeLongTasks(page);
  const cpuBeforeS = await pageCpuS(session);
  const startedMs = performance.now();
  const dropped = await countFrames(page, async () => {
    // A steady hand on the wheel: as many notches a second as the events of a touchpad.
    while (performance.now() - startedMs < 10_000) {
      await page.mouse.wheel(0, 90);
      await sleepMs(14);
    }
  });
  const cpuShare = ((await pageCpuS(session)) - cpuBeforeS) / ((performance.now() - startedMs) / 1000);
  return { dropped, idle, longTasks: await takeLongTasks(page), cpuShare };
};

const longest = (tasks: readonly number[]): number => Math.max(0, ...tasks);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

say(`${conversations} conversations: making the data, unless they are there …`);
const dataDir = await ensureDataDir();
const browser = await launchTestBrowser();
try {
  say('once through, so that what is kept beside the cache is kept …');
  const first = await startHost(dataDir);
  const firstPage = await open(browser, first.address);
  const cold = await seeHome(firstPage);
  say(`first time ever: data after ${formatMs(cold.dataMs)}, figures after ${formatMs(cold.figuresMs)}`);
  await firstPage.context().close();
  await first.end();

  const starts: { hostMs: number; dataMs: number; figuresMs: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const host = await startHost(dataDir);
    const page = await open(browser, host.address);
    const seen = await seeHome(page);
    starts.push({ hostMs: host.readyMs, ...seen });
    say(
      `start ${round + 1}: host ${formatMs(host.readyMs)}, data ${formatMs(seen.dataMs)}, figures ${formatMs(seen.figuresMs)}`,
    );
    await page.context().close();
    await host.end();
  }

  const host = await startHost(dataDir);
  const page = await open(browser, host.address);
  await seeHome(page);
  await page.evaluate(`location.hash = '#/search'`);
  await page.getByRole('grid').waitFor();
  const startTasks = await takeLongTasks(page);
  const memory = async (): Promise<{ host: number; renderer: number; all: number }> => {
    // What was thrown away is collected first.
    await sleepMs(5000);
    const hostPid = host.process.pid ?? 0;
    const parts = browserProcesses(hostPid).map(({ pid, type: kind }) => ({ kind, bytes: ownBytes(pid) }));
    const sum = (bytes: readonly number[]): number => bytes.reduce((all, one) => all + one, 0);
    return {
      host: ownBytes(hostPid),
      renderer: Math.max(...parts.filter(({ kind }) => kind === 'renderer').map(({ bytes }) => bytes)),
      all: ownBytes(hostPid) + sum(parts.map(({ bytes }) => bytes)),
    };
  };
  const atRest = await memory();
  let typing: number[] = [];
  const typingCpuMs = await longestByCpu(browser, page, async () => {
    typing = await type(page);
  });
  const scrolled = await scroll(page);
  const afterUse = await memory();
  await page.context().close();
  await host.end();

  console.log(
    formatLines([
      lineOfLimit('host started, with node', median(starts.map(({ hostMs }) => hostMs)), formatMs, null),
      lineOfLimit('then: the window shows the first data', median(starts.map(({ dataMs }) => dataMs)), formatMs, null),
      lineOfLimit(
        'both: start to first data, warm',
        median(starts.map(({ hostMs, dataMs }) => hostMs + dataMs)),
        formatMs,
        1000,
      ),
      lineOfLimit(
        'start to the figures of Home',
        median(starts.map((one) => one.hostMs + one.figuresMs)),
        formatMs,
        null,
      ),
      lineOfLimit('longest task while it starts', longest(startTasks), formatMs, null),
      lineOfLimit('longest task while typing a search', longest(typing), formatMs, 100),
      lineOfLimit('the same by processor time of the page', typingCpuMs, formatMs, 100),
      lineOfLimit('frames dropped while nothing happens', scrolled.idle, percent, null),
      lineOfLimit('frames dropped while scrolling the table', scrolled.dropped, percent, 0.05),
      lineOfLimit('processor time of the page while scrolling', scrolled.cpuShare, percent, null),
      lineOfLimit('longest task while scrolling', longest(scrolled.longTasks), formatMs, null),
      lineOfLimit('memory: host and its threads, at rest', atRest.host, megabytes, null),
      lineOfLimit('memory: host, its threads, the page, at rest', atRest.host + atRest.renderer, megabytes, 600e6),
      lineOfLimit('memory: the same after use', afterUse.host + afterUse.renderer, megabytes, 600e6),
      lineOfLimit('memory: with all of the browser, after use', afterUse.all, megabytes, null),
    ]),
  );
} finally {
  await browser.close();
}
