// What we use of others: licences, install scripts, known faults, bills of materials; see docs/supply-chain.md.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judgeAudit } from '../supply-chain/audit.ts';
import { acceptedAdvisories, acceptedLicences, installScripts, withoutText } from '../supply-chain/reviewed.ts';
import { narrowBom } from '../supply-chain/sbom.ts';
import {
  closureOf,
  findShipped,
  importedPackages,
  type LockPackages,
  nameOf,
  readLock,
  root,
} from '../supply-chain/shipped.ts';
import { renderThirdParty, thirdPartyPath } from '../supply-chain/third-party.ts';

type Manifest = { license?: string; scripts?: Record<string, string> };
const readManifest = (path: string): Manifest =>
  JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as Manifest;

const lock = readLock();
const shipped = findShipped(lock);
const doc = readFileSync(join(root, 'docs/supply-chain.md'), 'utf8');

describe('what is shipped', () => {
  test('is what runs and what the page is made of, with all they need', () => {
    const names = shipped.map(({ name }) => name);
    // Of the main process, of the page, a need of a need, another platform's binary.
    for (const name of ['better-sqlite3-multiple-ciphers', 'react', 'scheduler', '@napi-rs/keyring-win32-x64-msvc'])
      expect(names).toContain(name);
    for (const name of ['electron', 'vite', 'vitest', 'typescript', '@biomejs/biome', 'playwright', '@types/react'])
      expect(names).not.toContain(name);
    expect(importedPackages(['renderer'])).toEqual(expect.arrayContaining(['@mantine/core', 'react-dom']));
  });

  test('a need of a need is found where Node finds it, a peer that may be absent is not followed', () => {
    const packages: LockPackages = {
      '': {},
      'node_modules/a': {
        version: '1.0.0',
        dependencies: { b: '2' },
        peerDependencies: { p: '1', q: '1' },
        peerDependenciesMeta: { q: { optional: true } },
      },
      'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { c: '1' } },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/c': { version: '1.0.0', dependencies: { a: '1' } },
      'node_modules/p': { version: '1.0.0' },
      'node_modules/q': { version: '1.0.0' },
    };
    expect(closureOf(packages, ['a']).toSorted()).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/c',
      'node_modules/p',
    ]);
  });
});

describe('licences', () => {
  test('every one is known not to reach over to our own code', () => {
    // “A OR B” is ours to choose from; “A AND B” is both.
    const isAccepted = (licence: string): boolean =>
      licence
        .replace(/[()]/g, '')
        .split(' AND ')
        .every((part) => part.split(' OR ').some((one) => acceptedLicences.includes(one)));
    expect(shipped.filter(({ license }) => !isAccepted(license))).toEqual([]);
    expect(isAccepted('MIT AND GPL-3.0-only')).toBe(false);
    expect(isAccepted('')).toBe(false);
  });

  test('the lock file and the packages themselves say the same licence and version', () => {
    const installed = shipped.filter(({ path }) => existsSync(join(root, path)));
    expect(installed.length).toBeGreaterThan(60);
    for (const { path, license, version } of installed)
      expect(readManifest(path), path).toMatchObject({ license, version });
  });

  test('THIRD-PARTY.txt lists every shipped package with its version and licence (npm run licences writes it)', () => {
    const lines = readFileSync(thirdPartyPath, 'utf8').split('\n');
    const start = lines.findIndex((line) => line.startsWith('@babel/runtime '));
    const listed = lines.slice(start, lines.indexOf('', start)).map((line) => line.replace(/;.*/, ''));
    expect(listed).toEqual(shipped.map(({ name, version, license }) => `${name} ${version}: ${license}`));
  });

  // The texts of platform packages are those of the machine it was written on.
  test.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
    'and is what the packages say, text for text',
    () => {
      const text = readFileSync(thirdPartyPath, 'utf8');
      expect(text === renderThirdParty(lock)).toBe(true);
      expect(text).toContain('SIL OPEN FONT LICENSE');
      // The keychain's binary holds a copy of libdbus, whose licence asks to be passed on.
      expect(text).toContain('libdbus');
    },
  );

  test('a package of another version, or without a text, does not go by unseen', () => {
    const [path = ''] = Object.keys(lock).filter((one) => one.endsWith('node_modules/zod'));
    expect(renderThirdParty({ ...lock, [path]: { ...lock[path], version: '0.0.1' } })).not.toBe(renderThirdParty(lock));
    expect(() => renderThirdParty({ ...lock, 'node_modules/no-such-package': { version: '1.0.0' } })).toThrow(
      /no-such-package carries no licence text/,
    );
    for (const name of Object.keys(withoutText)) expect(shipped.map((one) => one.name)).toContain(name);
  });
});

describe('the lock file', () => {
  test('what is asked for by name is asked for by its exact version', () => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    ) as {
      dependencies?: Record<string, string>;
      devDependencies?: Record<string, string>;
    };
    const versions = Object.values({ ...dependencies, ...devDependencies });
    expect(versions.length).toBeGreaterThan(30);
    expect(versions.filter((version) => !/^(?:npm:[\w-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  });

  test('has a hash of every package but some of Typst’s other platforms (decision 0009)', () => {
    const without = Object.entries(lock).filter(([path, { integrity }]) => path !== '' && integrity === undefined);
    expect(
      without.map(([path]) => nameOf(path)).filter((name) => !/^@myriaddreamin\/typst-ts-node-compiler-/.test(name)),
    ).toEqual([]);
  });
});

describe('install scripts', () => {
  const hooks = ['preinstall', 'install', 'postinstall'];
  /** A script, or a binding.gyp, which npm compiles where the package does not forbid it. */
  const wouldRun = (path: string): boolean => {
    if (lock[path]?.hasInstallScript === true) return true;
    if (!existsSync(join(root, path))) return false;
    const { scripts = {} } = readManifest(path);
    return hooks.some((hook) => scripts[hook]) || existsSync(join(root, path, 'binding.gyp'));
  };
  const running = [
    ...new Set(
      Object.keys(lock)
        .filter((path) => path !== '' && wouldRun(path))
        .map((path) => nameOf(path, lock[path])),
    ),
  ].toSorted();

  test('every package that would run one was reviewed, and no other stands in the list', () => {
    expect(running).toEqual(Object.keys(installScripts).toSorted());
  });

  test('package.json allows what the review allows', () => {
    const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      allowScripts: Record<string, boolean>;
    };
    const reviewed = Object.entries(installScripts).map(([name, { isAllowed }]) => [name, isAllowed]);
    expect(allowScripts).toEqual(Object.fromEntries(reviewed));
  });

  test('the page names them, the licences and the accepted findings', () => {
    for (const name of Object.keys(installScripts)) expect(doc).toContain(`\`${name}\``);
    for (const licence of acceptedLicences) expect(doc, licence).toContain(licence);
    for (const { id } of acceptedAdvisories) expect(doc).toContain(id);
  });
});

describe('the audit', () => {
  const finding = {
    name: 'left',
    via: [
      {
        name: 'left',
        title: 'It leaks',
        url: 'https://github.com/advisories/GHSA-aaaa',
        severity: 'high',
        range: '<2',
      },
      'right',
    ],
  };
  const report = (vulnerabilities: object): string => JSON.stringify({ auditReportVersion: 2, vulnerabilities });
  const accepted = [{ id: 'GHSA-aaaa', package: 'left', reason: 'never called', until: '2026-12-31' }];

  test('is clean only where the registry answered and knows nothing', () => {
    expect(judgeAudit(report({}), [], '2026-12-01')).toEqual({ state: 'clean', lines: [] });
    const refused = JSON.stringify({ message: '405 Method Not Allowed - POST https://registry.example.com/-/npm/v1' });
    expect(judgeAudit(refused, [], '2026-12-01')).toEqual({
      state: 'not-checked',
      lines: ['405 Method Not Allowed'],
    });
    for (const text of ['', 'npm error network', '{}', '{"error":{"code":"ENOLOCK","summary":"no lock file"}}'])
      expect(judgeAudit(text, [], '2026-12-01').state).toBe('not-checked');
  });

  test('a finding is one until it is accepted, for that package and until that day', () => {
    expect(judgeAudit(report({ left: finding }), [], '2026-12-01')).toEqual({
      state: 'findings',
      lines: ['left <2: It leaks (high, GHSA-aaaa)'],
    });
    expect(judgeAudit(report({ left: finding }), accepted, '2026-12-31').state).toBe('clean');
    expect(judgeAudit(report({ left: finding }), accepted, '2027-01-01').state).toBe('findings');
    expect(judgeAudit(report({ other: { ...finding, name: 'other' } }), accepted, '2026-12-01').state).toBe('findings');
  });
});

test('a bill of what is shipped has those packages and what they need of each other, no more', () => {
  const bom = {
    metadata: { component: { 'bom-ref': 'app@1' } },
    components: ['a', 'b', 'dev'].map((name) => ({ 'bom-ref': `${name}@1`, name, version: '1', scope: 'optional' })),
    dependencies: [
      { ref: 'app@1', dependsOn: ['a@1', 'dev@1'] },
      { ref: 'a@1', dependsOn: ['b@1'] },
      { ref: 'b@1', dependsOn: [] },
      { ref: 'dev@1', dependsOn: ['b@1'] },
    ],
  };
  const narrowed = narrowBom(bom, new Set(['a@1', 'b@1']));
  expect(narrowed.components.map((one) => one['bom-ref'])).toEqual(['a@1', 'b@1']);
  expect(narrowed.components.every((one) => !('scope' in one))).toBe(true);
  expect(narrowed.dependencies).toEqual([
    { ref: 'app@1', dependsOn: ['a@1'] },
    { ref: 'a@1', dependsOn: ['b@1'] },
    { ref: 'b@1', dependsOn: [] },
  ]);
});
