// The lock file installs on every platform, from any registry: see docs/decisions/0009.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Entry = { version?: string; resolved?: string; optionalDependencies?: Record<string, string> };
const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Entry>;
};

test('every optional package of every platform has an entry of the version asked for', () => {
  const asked = Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {}).map(([name, version]) => ({ path, name, version })),
  );
  expect(asked.length).toBeGreaterThan(30);
  const isExact = (version: string): boolean => /^\d+\.\d+\.\d+$/.test(version);
  const missing = asked.filter(({ path, name, version }) => {
    const entry = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
    return isExact(version) ? entry?.version !== version : entry === undefined;
  });
  expect(missing).toEqual([]);
});

test('no entry names the address of a registry', () => {
  expect(Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
});
