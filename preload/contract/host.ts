// What a window may ask of the machine it runs on: folders, files we wrote, links, updates. Imports zod only.
import { z } from 'zod';

export const hostInfoSchema = z.object({
  kind: z.enum(['electron', 'browser']),
  version: z.string(),
  /** As Node names it: win32, darwin, linux. */
  platform: z.string(),
  /** Whether `host.choose-folder` and `host.choose-file` open the system's own dialogs; else see `host.list-folders`. */
  hasDialogs: z.boolean(),
  /** Where reports go when nothing else was chosen. */
  documentsDir: z.string(),
});
export type HostInfo = z.infer<typeof hostInfoSchema>;

export const folderListSchema = z.object({
  path: z.string(),
  /** Null at the topmost folder that may be listed. */
  parent: z.string().nullable(),
  folders: z.array(z.object({ name: z.string(), path: z.string() })),
});
export type FolderList = z.infer<typeof folderListSchema>;

/** The files that Afterword writes and a window may ask to open. */
export const openableFormats = ['pdf', 'csv', 'ndjson', 'parquet'] as const;

export const updateStateSchema = z.discriminatedUnion('state', [
  /** `reason` is a sentence: a development run, a system package, no address configured. */
  z.object({ state: z.literal('unsupported'), reason: z.string() }),
  z.object({ state: z.literal('idle') }),
  z.object({ state: z.literal('checking') }),
  z.object({ state: z.literal('current') }),
  z.object({ state: z.literal('downloading'), version: z.string(), percent: z.number() }),
  /** Installed when the app quits, or at once with `update.install`. */
  z.object({ state: z.literal('ready'), version: z.string() }),
  z.object({ state: z.literal('failed'), message: z.string() }),
]);
export type UpdateState = z.infer<typeof updateStateSchema>;

/** What an entry of the application's menu asks of the page. */
export const menuCommands = ['search', 'sync', 'settings', 'about', 'shortcuts'] as const;
export type MenuCommand = (typeof menuCommands)[number];

const nothing = z.object({}).optional();
const path = z.string().min(1).max(4096);

export const hostProcedures = {
  'host.info': { input: nothing, output: hostInfoSchema },
  /** The path is null when nobody chose one, or where there are no dialogs. */
  'host.choose-folder': {
    input: z.object({ startAt: path.optional() }),
    output: z.object({ path: z.string().nullable() }),
  },
  /** Where to save a file. As above. */
  'host.choose-file': {
    input: z.object({ startAt: path.optional(), suggestedName: z.string().min(1).max(200) }),
    output: z.object({ path: z.string().nullable() }),
  },
  /** The folders in a folder below the user's own, for a page that has to draw its own dialog. */
  'host.list-folders': { input: z.object({ path: path.optional() }), output: folderListSchema },
  /** Opens a report or an export in the program the system has for it. */
  'host.open-path': { input: z.object({ path }), output: z.object({}) },
  /** Shows a report or an export in its folder. */
  'host.show-path': { input: z.object({ path }), output: z.object({}) },
  /** Opens a page of Kore.ai's in the system's browser; nothing else is opened. */
  'host.open-external': { input: z.object({ url: z.string().min(1).max(2000) }), output: z.object({}) },
  'update.get': { input: nothing, output: updateStateSchema },
  'update.check': { input: nothing, output: updateStateSchema },
  /** Restarts into the version that is ready. */
  'update.install': { input: nothing, output: z.object({}) },
} as const;

export const hostEvents = {
  'host.command': z.object({ command: z.enum(menuCommands) }),
  'update.changed': updateStateSchema,
} as const;
