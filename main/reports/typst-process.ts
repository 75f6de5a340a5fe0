// The process in which Typst runs: one compile, one answer. What Typst has laid out it keeps until its process ends, names
// and figures with it, and what it gives back the system does not get: some 0.9 GB after 200 agents. Owns the search for
// characters that no font can draw. Imports the compiler, the helper's own end and the task's types.
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { answerOnce } from '../helper/entry.ts';
import { cutPages } from './svg-pages.ts';
import type { CompileAnswer, CompileTask } from './typst.ts';

const placeholder = '□';

// Characters that turn or hide the text around them, and those that print nothing: the page must show what is there.
// A joiner shapes its neighbours in Arabic, Indic scripts and emoji, so it stays.
const unprintable =
  /[\p{Cc}\p{Cs}\u200b\u200e\u200f\u061c\u2060-\u2064\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\uffff\u{e0000}-\u{e007f}]/gu;
/** No name is that long, and the compiler needs minutes, or all memory, to break a few hundred thousand characters into lines. */
const longestText = 1000;
const clip = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText)}…` : text);
const lineBreaks = /[\t\r\n\u2028\u2029]+/gu;

// PDF/UA-1 forbids text without a glyph, and the compiler names each piece it could not draw (Typst 0.14.2):
//   the text `"漢"` could not be displayed with font …
const missingGlyph = /the text (`+)"(.*?)"\1 could not be displayed/gu;

// The scripts of the report's own font: when the compiler does not say what is missing, all else is replaced.
const certain = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]/u;

const unescapeRust = (text: string): string =>
  text
    .replace(/\\u\{([0-9a-f]+)\}/giu, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/\\(["'\\])/gu, '$1');

const findMissing = (message: string): string[] => {
  // The error is a debug print of the message, which escapes it once more.
  const plain = message.replaceAll('\\"', '"').replaceAll('\\\\', '\\');
  return [...plain.matchAll(missingGlyph)]
    .map(([, , text]) => unescapeRust(text ?? ''))
    .filter((text) => text !== '' && text !== placeholder);
};

const mapTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
};

// Typst quotes values in its messages, and a value may be somebody's name.
const withoutValues = (message: string): string => message.replace(/`[^`]*`|"[^"]*"/gu, '…').slice(0, 300);

type Diagnostic = { message?: unknown; path?: unknown; range?: { start?: { line?: unknown } } };
const describeDiagnostics = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics
    .map(({ message, path, range }) => {
      const file = String(path ?? '')
        .split(/[\\/]/u)
        .at(-1);
      const line = Number(range?.start?.line ?? 0) + 1;
      return `${file}:${line} ${withoutValues(String(message))}`;
    })
    .join('; ');

const explain = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const compile = (compiler: NodeCompiler, { template, json, createdAtS, pages }: CompileTask): CompileAnswer => {
  let data = mapTexts(JSON.parse(json), (text) =>
    clip(text).replace(lineBreaks, ' ').replace(unprintable, placeholder),
  );
  const missing = new Set<string>();
  for (let hasReplacedAll = false; ; ) {
    const result = compiler.compile({
      mainFilePath: template,
      inputs: { data: JSON.stringify(data), missing: String(missing.size) },
    });
    const failure = result.takeError();
    if (failure) return { kind: 'failed', message: describeDiagnostics(compiler.fetchDiagnostics(failure)) };
    if (result.result === null) return { kind: 'failed', message: 'no document' };
    try {
      const pdf = compiler.pdf(result.result, { pdfStandard: 'ua-1', creationTimestamp: createdAtS });
      if (pages === null) return { kind: 'pdf', pdf };
      // The same document, after everything that making the PDF has changed in it.
      const pageCount = result.result.numOfPages;
      const svgs = cutPages(compiler.plainSvg(result.result), pageCount, pages.first, pages.count);
      return { kind: 'pages', pageCount, pages: svgs };
    } catch (error) {
      const message = explain(error);
      const found = findMissing(message).filter((text) => !missing.has(text));
      for (const text of found) missing.add(text);
      if (found.length > 0) {
        data = mapTexts(data, (text) => found.reduce((left, piece) => left.replaceAll(piece, placeholder), text));
      } else if (!hasReplacedAll && missingGlyph.test(message)) {
        hasReplacedAll = true;
        data = mapTexts(data, (text) => Array.from(text, (c) => (certain.test(c) ? c : placeholder)).join(''));
      } else {
        return { kind: 'failed', message: withoutValues(message) };
      }
    }
  }
};

answerOnce<CompileTask>((task): CompileAnswer => {
  try {
    const compiler = NodeCompiler.create({ workspace: task.workspace, fontArgs: [{ fontPaths: [...task.fontDirs] }] });
    return compile(compiler, task);
  } catch (error) {
    return { kind: 'failed', message: withoutValues(explain(error)) };
  }
});
