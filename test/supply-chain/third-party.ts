// THIRD-PARTY.txt: every package that reaches a user, its licence, and the texts and notices its authors ask to be passed on.
// Texts that are equal stand once. Written by `npm run licences`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { binaryOf, withoutText } from './reviewed.ts';
import { findShipped, type LockPackages, resolveFrom, root, type ShippedPackage } from './shipped.ts';

const licenceFile = /^(licen[cs]es?|copying|notice|unlicense)/i;

/** The texts of a package's licence and notice files, those in a folder of them too; in the order of their names. */
const textsIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => licenceFile.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory())
        return readdirSync(path)
          .toSorted()
          .map((name) => readFileSync(join(path, name), 'utf8'));
      return [readFileSync(path, 'utf8')];
    })
    .map((text) =>
      text
        .replace(/^\uFEFF/, '')
        .replace(/[ \t]*\r?\n/g, '\n')
        .trim(),
    );

/** What must be passed on with a package; empty when it carries no text and somebody looked at that. Throws otherwise. */
const textsOf = (packages: LockPackages, { path, name }: ShippedPackage): string[] => {
  const own = existsSync(join(root, path)) ? textsIn(join(root, path)) : [];
  const parent = Object.entries(binaryOf).find(([prefix]) => name.startsWith(prefix))?.[1];
  if (parent !== undefined) {
    const parentPath = resolveFrom(packages, '', parent);
    return [...textsIn(join(root, parentPath ?? '')), ...own];
  }
  if (own.length === 0 && withoutText[name] === undefined)
    throw new Error(`${name} carries no licence text: look at it, and say in reviewed.ts why it may be shipped`);
  if (name === 'better-sqlite3-multiple-ciphers' && own.length > 0)
    return [...own, ...textsOfCiphers(join(root, path))];
  return own;
};

/**
 * What is compiled into the SQLite of the database package and asks to be named; its other parts (AES, MD5, Argon2, Ascon, miniz)
 * are in the public domain or under CC0. The one text that is not MIT is taken from the source that the package carries.
 */
const textsOfCiphers = (folder: string): string[] => {
  const source = readFileSync(join(folder, 'deps/sqlite3/sqlite3.c'), 'utf8');
  const start = source.lastIndexOf('/*', source.indexOf('Copyright (C) 2005, 2007 Olivier Gay'));
  const sha2 = source
    .slice(start, source.indexOf('*/', start))
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/^ \* ?/, '').trimEnd());
  if (!sha2.join('\n').includes('Redistributions in binary form')) throw new Error('the notice of sha2.c is not found');
  return [
    [
      'Compiled into it, under the MIT License, whose text stands with this package:',
      'SQLite3 Multiple Ciphers, Copyright (c) 2006-2026 Ulrich Telle',
      'libaegis, Copyright (c) 2023-2024 Frank Denis',
    ].join('\n'),
    sha2.join('\n').trim(),
  ];
};

const rule = '='.repeat(80);

/** The packages of other platforms than this one are listed with the texts of the package they belong to. */
export const renderThirdParty = (packages: LockPackages): string => {
  const shipped = findShipped(packages);
  const users = new Map<string, string[]>();
  for (const one of shipped)
    for (const text of textsOf(packages, one)) {
      const known = users.get(text) ?? [];
      users.set(text, [...known, `${one.name} ${one.version}`]);
    }
  const list = shipped.map(({ name, version, license }) => {
    const remark = withoutText[name] === undefined ? '' : `; no text in the package (${withoutText[name]})`;
    return `${name} ${version}: ${license}${remark}`;
  });
  const texts = [...users].map(([text, names]) => `${rule}\n${[...new Set(names)].join(', ')}\n${rule}\n\n${text}\n`);
  return [
    'Software of others in Afterword',
    '',
    'Packages that Afterword is made with and that are in what is installed, each with its licence; the texts follow. Written',
    'by “npm run licences” from the lock file and the packages themselves. Electron and Chromium have their own files beside the',
    'program: LICENSE.electron.txt and LICENSES.chromium.html. SQLite, within better-sqlite3-multiple-ciphers, is in the public domain;',
    'the ciphers within it are named with that package.',
    '',
    ...list,
    '',
    ...texts,
  ].join('\n');
};

export const thirdPartyPath = join(root, 'THIRD-PARTY.txt');
