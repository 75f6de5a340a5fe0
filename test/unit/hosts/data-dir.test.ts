// Where data go when the environment says something, nothing, or nonsense.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { defaultDataDir, resolveDataDir } from '../../../main/hosts/data-dir.ts';

const own = join(homedir(), '.local', 'share', 'afterword');

test.each(['', 'relative/path', '.', '..'])(
  'XDG_DATA_HOME “%s” is no place: data do not go where the program was started',
  (value) => {
    expect(defaultDataDir({ XDG_DATA_HOME: value }, 'linux')).toBe(own);
  },
);

test('an empty option or variable is none', () => {
  const env = { XDG_DATA_HOME: resolve('/srv/data') };
  const place = defaultDataDir(env);
  expect(resolveDataDir('', { ...env, AFTERWORD_DATA_DIR: '' })).toBe(place);
  expect(resolveDataDir(undefined, { ...env, AFTERWORD_DATA_DIR: '' })).toBe(place);
  expect(resolveDataDir('', { ...env, AFTERWORD_DATA_DIR: resolve('/srv/other') })).toBe(resolve('/srv/other'));
  expect(resolveDataDir(resolve('/srv/third'), { ...env, AFTERWORD_DATA_DIR: resolve('/srv/other') })).toBe(
    resolve('/srv/third'),
  );
});
