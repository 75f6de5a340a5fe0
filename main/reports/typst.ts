// PDF through the Typst compiler, in a worker thread so that nothing waits for it. Owns the way data reaches a template:
// as one JSON string in `sys.inputs.data`, never as template source, so no text in the data can act as markup. May
// import the contract only.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../preload/contract/errors.ts';

export type PdfRequest = {
  /** Absolute path of the template; it can read files of its own folder only. */
  template: string;
  /** A value of JSON types, which the template reads with `json(bytes(sys.inputs.data))`. */
  data: unknown;
  /** The document's creation date, UTC epoch seconds: the same request gives the same bytes. */
  createdAtS: number;
  /** Folders with the template's fonts. Fonts of the system serve for what these cannot draw. */
  fontDirs: readonly string[];
  signal?: AbortSignal;
};

/** What the worker is given and what it answers. */
export type CompileTask = {
  template: string;
  workspace: string;
  json: string;
  createdAtS: number;
  fontDirs: readonly string[];
};
export type CompileAnswer = { kind: 'pdf'; pdf: Uint8Array } | { kind: 'failed'; message: string };

const templatePath = (name: string): string => fileURLToPath(new URL(`./templates/${name}`, import.meta.url));

/** Absolute path of the agent-scorecards template. */
export const agentScorecardsTemplate = templatePath('agent-scorecards.typ');
/** Absolute path of the template of all reports that are documents of tables. */
export const documentTemplate = templatePath('document.typ');

const fontPackage = '@expo-google-fonts/source-sans-3';

/** The folders of the fonts that the templates are set in (Source Sans 3: Latin, Greek, Cyrillic, Vietnamese). */
export const findReportFontDirs = (): string[] => {
  const root = dirname(createRequire(import.meta.url).resolve(`${fontPackage}/package.json`));
  return ['400Regular', '400Regular_Italic', '600SemiBold', '700Bold'].map((style) => `${root}/${style}`);
};

/** The compiler is native and reads no archives: a packaged app keeps these files beside its archive. */
const outsideArchive = (path: string): string => path.replace(/\bapp\.asar(?=[\\/])/, 'app.asar.unpacked');

const cancelled = (): AppError => new AppError('cancelled', 'Making the PDF was cancelled.');

/**
 * Compiles a template with its data to a tagged PDF (PDF/UA-1). Characters that no font can draw become □, and the
 * template is told how many there are in `sys.inputs.missing`. Throws AppError cancelled, or internal when the template
 * does not compile; its message names the place in the template and never the data.
 */
export const compilePdf = async ({ template, data, createdAtS, fontDirs, signal }: PdfRequest): Promise<Uint8Array> => {
  if (signal?.aborted) throw cancelled();
  const task: CompileTask = {
    template: outsideArchive(template),
    workspace: outsideArchive(dirname(template)),
    json: JSON.stringify(data),
    createdAtS,
    fontDirs: fontDirs.map(outsideArchive),
  };
  const worker = new Worker(new URL('./typst-worker.ts', import.meta.url), { workerData: task });
  const { promise, resolve, reject } = Promise.withResolvers<CompileAnswer>();
  const abort = (): void => reject(cancelled());
  signal?.addEventListener('abort', abort, { once: true });
  worker.once('message', resolve);
  worker.once('error', (cause) =>
    reject(new AppError('internal', 'The PDF compiler stopped unexpectedly.', { cause })),
  );
  worker.once('exit', () => reject(new AppError('internal', 'The PDF compiler ended without an answer.')));
  let hasAnswered = false;
  try {
    const answer = await promise;
    hasAnswered = true;
    if (answer.kind === 'pdf') return answer.pdf;
    throw new AppError('internal', `The report template could not be compiled: ${answer.message}`);
  } finally {
    signal?.removeEventListener('abort', abort);
    // Not awaited: a compile under way ends first, and nobody needs its answer. One that has answered cleans up and ends.
    if (!hasAnswered) void worker.terminate();
  }
};
