// Renders icon.svg to icon.png (1024 pixels, transparent), from which electron-builder makes every other format. Run by
// hand after the drawing has changed: `node build/render-icon.ts`. Needs an installed Chromium, Chrome or Edge.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findBrowser } from '../main/hosts/browser/find-browser.ts';

const executablePath = findBrowser();
if (executablePath === null) throw new Error('no Chromium, Chrome or Edge is installed');
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
const page = await browser.newPage({ viewport: { width: 1024, height: 1024 } });
await page.setContent(`<style>body{margin:0}</style>${readFileSync(join(import.meta.dirname, 'icon.svg'), 'utf8')}`);
writeFileSync(join(import.meta.dirname, 'icon.png'), await page.screenshot({ omitBackground: true }));
await browser.close();
