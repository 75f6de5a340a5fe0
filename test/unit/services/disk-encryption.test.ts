// What is said about the encryption of the disk, from what systems answer. Answers of macOS and Windows are written down from
// their documentation: neither has been asked itself.
import { describe, expect, test } from 'vitest';
import { type DiskProbe, findDiskEncryption } from '../../../main/services/disk-encryption.ts';

const makeProbe = (platform: NodeJS.Platform, files: Record<string, string>, said: string | Error = ''): DiskProbe => ({
  platform,
  run: async () => {
    if (said instanceof Error) throw said;
    return said;
  },
  readText: (path) => files[path] ?? null,
  list: (path) => {
    const below = Object.keys(files).filter((name) => name.startsWith(`${path}/`));
    return [...new Set(below.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))];
  },
  deviceOf: (path) => (path === '/dev/mapper/home' ? '254:3' : null),
});

const mountinfo = [
  '22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw',
  '23 22 254:1 / /home rw shared:2 - ext4 /dev/mapper/vg-home rw',
  '24 23 0:40 / /home/avery/My\\040Data rw - ecryptfs /home/.ecryptfs rw',
  '25 22 0:33 /@ /srv rw - btrfs /dev/mapper/home rw',
  '26 22 254:9 / /homestead rw - ext4 /dev/mapper/raid rw',
  '27 22 0:50 / /share rw - nfs4 server:/share rw',
].join('\n');
const linux = {
  '/proc/self/mountinfo': mountinfo,
  // LVM over LUKS over a partition.
  '/sys/dev/block/254:1/dm/uuid': 'LVM-abc\n',
  '/sys/dev/block/254:1/slaves/dm-0/dev': '254:0\n',
  '/sys/dev/block/254:0/dm/uuid': 'CRYPT-LUKS2-abc-luks\n',
  '/sys/dev/block/254:3/dm/uuid': 'CRYPT-LUKS2-def-home\n',
  // Over two disks, of which one is in the open.
  '/sys/dev/block/254:9/dm/uuid': 'LVM-def\n',
  '/sys/dev/block/254:9/slaves/dm-0/dev': '254:0\n',
  '/sys/dev/block/254:9/slaves/nvme1n1/dev': '259:9\n',
};
const stateOn = async (path: string, probe: DiskProbe): Promise<string> => {
  const { state, by } = await findDiskEncryption(path, probe);
  return `${state}: ${by}`;
};

describe('Linux', () => {
  test.each([
    ['/home/avery/afterword', 'on: LUKS'],
    ['/home/avery/My Data/afterword', 'on: ecryptfs'],
    ['/srv/afterword', 'on: LUKS'],
    ['/var/afterword', 'unknown: no LUKS'],
    ['/homestead/afterword', 'unknown: no LUKS'],
    ['/share/afterword', 'unknown: no LUKS'],
  ])('%s: %s', async (path, said) => {
    expect((await stateOn(path, makeProbe('linux', linux))).startsWith(said)).toBe(true);
  });

  test('without a list of mounts nothing is claimed', async () => {
    expect((await findDiskEncryption('/home/avery', makeProbe('linux', {}))).state).toBe('unknown');
  });

  test.skipIf(process.platform !== 'linux')('this machine answers without an error', async () => {
    const found = await findDiskEncryption(process.cwd());
    expect(['on', 'unknown']).toContain(found.state);
    expect(found.by).not.toMatch(/asking failed/);
  });
});

test.each([
  ['FileVault is On.\n', 'on'],
  ['FileVault is Off.\n', 'off'],
  ['Encryption in progress: Percent completed = 40\n', 'unknown'],
  [new Error('no such program'), 'unknown'],
])('macOS: %s', async (said, state) => {
  expect((await findDiskEncryption('/Users/avery', makeProbe('darwin', {}, said))).state).toBe(state);
});

test.each([
  ['1\r\n', 'on'],
  ['2\r\n', 'off'],
  ['3\r\n', 'unknown'],
  ['', 'unknown'],
])('Windows: %s', async (said, state) => {
  expect((await findDiskEncryption('C:\\Users\\avery', makeProbe('win32', {}, said))).state).toBe(state);
  expect((await findDiskEncryption('\\\\server\\share', makeProbe('win32', {}, said))).state).toBe('unknown');
});
