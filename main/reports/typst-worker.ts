// The thread in which Typst runs: one compile, one answer. Owns the search for characters that no font can draw. Imports
// the compiler and the task's types.
import { parentPort, workerData } from 'node:worker_threads';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import type { CompileAnswer, CompileTask } from './typst.ts';

const placeholder = '□';

// Characters that turn or hide the text around them, and those that print nothing: the page must show what is there.
// A joiner shapes its neighbours in Arabic, Indic scripts and emoji, so it stays.
const unprintable =
  /[\p{Cc}\u2028\u2029\u200b\u200e\u200f\u061c\u2060-\u2064\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\uffff\p{Cs}]/gu;
const asBlank = /[\t\r\n\u2028\u2029]+/gu;

// PDF/UA-1 forbids text without a glyph, and the compiler names what it could not draw (Typst 0.14.2):
//   the text `"漢"` could not be displayed with font …
const missingGlyph = /the text (`+)"(.*?)"\1 could not be displayed/gu;

const unescapeRust = (text: string): string =>
  text
    .replace(/\\u\{([0-9a-f]+)\}/giu, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/\\(["'\\])/gu, '$1');

const findMissing = (message: string): Set<string> => {
  const found = new Set<string>();
  // The message comes inside a debug print, which escapes it once more.
  const plain = message.replaceAll('\\"', '"').replaceAll('\\\\', '\\');
  for (const [, , text] of plain.matchAll(missingGlyph)) {
    for (const character of unescapeRust(text ?? '')) found.add(character);
  }
  found.delete(placeholder);
  return found;
};

const mapTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
};

const explain = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const compile = ({ template, workspace, json, createdAtS, fontDirs }: CompileTask): CompileAnswer => {
  const compiler = NodeCompiler.create({ workspace, fontArgs: [{ fontPaths: [...fontDirs] }] });
  let data = mapTexts(JSON.parse(json), (text) => text.replace(asBlank, ' ').replace(unprintable, placeholder));
  const missing = new Set<string>();
  for (;;) {
    const result = compiler.compile({
      mainFilePath: template,
      inputs: { data: JSON.stringify(data), missing: String(missing.size) },
    });
    const failure = result.takeError();
    if (failure) return { kind: 'failed', message: JSON.stringify(compiler.fetchDiagnostics(failure)) };
    const document = result.result;
    if (document === null) return { kind: 'failed', message: 'no document' };
    try {
      return { kind: 'pdf', pdf: compiler.pdf(document, { pdfStandard: 'ua-1', creationTimestamp: createdAtS }) };
    } catch (error) {
      const before = missing.size;
      for (const character of findMissing(explain(error))) missing.add(character);
      if (missing.size === before) return { kind: 'failed', message: explain(error) };
      data = mapTexts(data, (text) => Array.from(text, (c) => (missing.has(c) ? placeholder : c)).join(''));
    }
  }
};

parentPort?.postMessage(compile(workerData as CompileTask));
