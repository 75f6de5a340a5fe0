// PDF through the Typst compiler, in a process of its own: nothing waits for it, and the memory it never gives back goes
// with it. Owns the way data reaches a template: as one JSON string in `sys.inputs.data`, never as template source, so no
// text in the data can act as markup. May import the contract, ports and the helper.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../preload/contract/errors.ts';
import { askHelper, HelperEnded } from '../helper/helper.ts';
import type { StartHelper } from '../ports.ts';

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

/** Some of a document's pages; the first is 1. */
export type PageRange = { first: number; count: number };
/** Each page as an SVG document, and how many there are in all. */
export type PageImages = { pageCount: number; pages: string[] };

/** What the process is given and what it answers. */
export type CompileTask = {
  template: string;
  workspace: string;
  json: string;
  createdAtS: number;
  fontDirs: readonly string[];
  /** Null: the PDF. */
  pages: PageRange | null;
};
export type CompileAnswer =
  | { kind: 'pdf'; pdf: Uint8Array }
  | ({ kind: 'pages' } & PageImages)
  | { kind: 'failed'; message: string };

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

export type Typesetter = {
  /**
   * Compiles a template with its data to a tagged PDF (PDF/UA-1). Characters that no font can draw become □, and the
   * template is told how many there are in `sys.inputs.missing`. Throws AppError cancelled, or internal when the template
   * does not compile; its message names the place in the template and never the data.
   */
  pdf(request: PdfRequest): Promise<Uint8Array>;
  /** Pages as they would stand in that PDF. Throws as above. */
  pages(request: PdfRequest, range: PageRange): Promise<PageImages>;
};

/** `start`: what starts the process; left out, a Node process. */
export const createTypesetter = (start?: StartHelper): Typesetter => {
  const compile = async (request: PdfRequest, pages: PageRange | null): Promise<CompileAnswer> => {
    const { template, data, createdAtS, fontDirs, signal } = request;
    if (signal?.aborted) throw cancelled();
    const task: CompileTask = {
      template: outsideArchive(template),
      workspace: outsideArchive(dirname(template)),
      json: JSON.stringify(data),
      createdAtS,
      fontDirs: fontDirs.map(outsideArchive),
      pages,
    };
    let answer: CompileAnswer;
    try {
      const entry = new URL('./typst-process.ts', import.meta.url);
      answer = (await askHelper(entry, task, { start, signal })) as CompileAnswer;
    } catch (error) {
      if (signal?.aborted) throw cancelled();
      if (!(error instanceof HelperEnded)) throw error;
      throw new AppError(
        'internal',
        'The PDF compiler ended without an answer. Try again; a shorter period needs less memory.',
      );
    }
    if (answer.kind === 'failed')
      throw new AppError('internal', `The report template could not be compiled: ${answer.message}`);
    return answer;
  };
  const unexpected = (): AppError => new AppError('internal', 'The PDF compiler gave another answer than asked for.');
  return {
    async pdf(request) {
      const answer = await compile(request, null);
      if (answer.kind !== 'pdf') throw unexpected();
      return answer.pdf;
    },
    async pages(request, range) {
      const answer = await compile(request, range);
      if (answer.kind !== 'pages') throw unexpected();
      return { pageCount: answer.pageCount, pages: answer.pages };
    },
  };
};
