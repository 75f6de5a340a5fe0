// Which packages reach a user: those the main process loads at run time, and those whose code is bundled into the page.
// Read from the lock file and from the page's own imports, so that nobody has to keep a list.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readSource } from '../support/imports.ts';

export const root = join(import.meta.dirname, '..', '..');

export type LockEntry = {
  /** Of a package that is installed under another name. */
  name?: string;
  version?: string;
  license?: string;
  integrity?: string;
  dev?: boolean;
  devOptional?: boolean;
  hasInstallScript?: boolean;
  os?: string[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
};
/** By path, `node_modules/a/node_modules/b`; the project itself is ''. */
export type LockPackages = Record<string, LockEntry>;

export type ShippedPackage = { path: string; name: string; version: string; license: string };

export const readLock = (): LockPackages =>
  (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: LockPackages }).packages;

export const nameOf = (path: string, entry?: LockEntry): string =>
  entry?.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Where Node would find `name` from a package: beside it, or beside one of those above it. Null when it is nowhere. */
export const resolveFrom = (packages: LockPackages, fromPath: string, name: string): string | null => {
  for (let at = fromPath; ; ) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[path]) return path;
    if (at === '') return null;
    const above = at.lastIndexOf('/node_modules/');
    at = above < 0 ? '' : at.slice(0, above);
  }
};

/** The packages that files of these folders import and that are still there when the program runs. */
export const importedPackages = (folders: readonly string[]): string[] => {
  const names = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .flatMap((path) => readSource(relative(root, path), readFileSync(path, 'utf8')).imports)
      .filter(({ isFile, isTypeOnly, target }) => !isFile && !isTypeOnly && !target.startsWith('node:'))
      .map(({ target }) => target),
  );
  return [...new Set(names)].toSorted();
};

/** These packages and all they need, by path. A peer that may be absent counts only if somebody else brings it. */
export const closureOf = (packages: LockPackages, names: readonly string[]): string[] => {
  const found = new Set<string>();
  const visit = (fromPath: string, name: string): void => {
    const path = resolveFrom(packages, fromPath, name);
    if (path === null || found.has(path)) return;
    found.add(path);
    const entry = packages[path] ?? {};
    const peers = Object.keys(entry.peerDependencies ?? {}).filter(
      (peer) => entry.peerDependenciesMeta?.[peer]?.optional !== true,
    );
    const needs = { ...entry.dependencies, ...entry.optionalDependencies };
    for (const need of [...Object.keys(needs), ...peers]) visit(path, need);
  };
  for (const name of names) visit('', name);
  return [...found];
};

/** By name, then version. The same package at two places in the tree is one. */
export const findShipped = (packages: LockPackages): ShippedPackage[] => {
  const runtime = Object.entries(packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.devOptional)
    .map(([path]) => path);
  // What Electron is has licence files of its own beside the program.
  const page = closureOf(
    packages,
    importedPackages(['renderer', 'preload']).filter((name) => name !== 'electron'),
  );
  const all = [...new Set([...runtime, ...page])].map((path) => ({
    path,
    name: nameOf(path, packages[path]),
    version: packages[path]?.version ?? '',
    license: packages[path]?.license ?? '',
  }));
  const keyOf = ({ name, version }: ShippedPackage): string => `${name}@${version}`;
  const unique = new Map(all.toSorted((a, b) => b.path.length - a.path.length).map((one) => [keyOf(one), one]));
  return [...unique.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
};
