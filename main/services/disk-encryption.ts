// Whether the disk below the data folder is encrypted by the system, as far as that can be known without special rights. Our
// files are not encrypted themselves (docs/decisions/0020): so it is said plainly when it cannot be told.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { win32 } from 'node:path';

export type DiskEncryption = { state: 'on' | 'off' | 'unknown'; by: string };

/** What the systems are asked through; a test puts its own in the place. */
export type DiskProbe = {
  platform: NodeJS.Platform;
  /** The output of a program; throws when it cannot be had. */
  run(program: string, words: readonly string[]): Promise<string>;
  readText(path: string): string | null;
  list(path: string): string[];
  /** `major:minor` of a device file; null when it is none. */
  deviceOf(path: string): string | null;
};

const unknown = (by: string): DiskEncryption => ({ state: 'unknown', by });

/** Of stacked file systems that encrypt what is written through them. */
const encryptingTypes = /^(?:ecryptfs|fuse\.(?:gocryptfs|encfs|cryfs|securefs))$/;

type Mount = { point: string; device: string; type: string; source: string };

/** A line of mountinfo: `36 35 98:0 /root /point options … - type source options`; blanks are written `\040`. */
const readMount = (line: string): Mount | null => {
  const [left = '', right = ''] = line.split(' - ');
  const [, , device = '', , point = ''] = left.split(' ');
  const [type = '', source = ''] = right.split(' ');
  if (point === '' || type === '') return null;
  const plain = (text: string): string =>
    text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return { device, point: plain(point), type, source: plain(source) };
};

const isWithin = (path: string, point: string): boolean =>
  point === '/' || path === point || path.startsWith(`${point}/`);

/** True when this device, or every device it is made of, is one that the kernel decrypts (dm-crypt: LUKS and the like). */
const isDecrypted = (probe: DiskProbe, device: string, depth = 0): boolean => {
  const folder = `/sys/dev/block/${device}`;
  if (probe.readText(`${folder}/dm/uuid`)?.startsWith('CRYPT-')) return true;
  const below = probe.list(`${folder}/slaves`);
  return (
    below.length > 0 &&
    depth < 8 &&
    below.every((name) => {
      const number = probe.readText(`${folder}/slaves/${name}/dev`)?.trim() ?? '';
      return number !== '' && isDecrypted(probe, number, depth + 1);
    })
  );
};

const askLinux = (probe: DiskProbe, path: string): DiskEncryption => {
  const mounts = (probe.readText('/proc/self/mountinfo') ?? '').split('\n').map(readMount);
  // The last of equals lies on top of the others.
  const mount = mounts
    .filter((one) => one !== null && isWithin(path, one.point))
    .reduce<Mount | null>((best, one) => (one && (!best || one.point.length >= best.point.length) ? one : best), null);
  if (!mount) return unknown('the mounted file systems cannot be read');
  if (encryptingTypes.test(mount.type)) return { state: 'on', by: mount.type };
  // btrfs has a number of its own that leads nowhere; the file of its device has the right one.
  const devices = [mount.device, probe.deviceOf(mount.source)].filter((device) => device !== null);
  if (devices.some((device) => isDecrypted(probe, device))) return { state: 'on', by: 'LUKS' };
  return unknown('no LUKS was found below it; what the disk or a host does by itself cannot be seen from here');
};

const askMac = async (probe: DiskProbe): Promise<DiskEncryption> => {
  const said = await probe.run('/usr/bin/fdesetup', ['status']);
  if (/FileVault is On/.test(said)) return { state: 'on', by: 'FileVault' };
  if (/FileVault is Off/.test(said)) return { state: 'off', by: 'FileVault' };
  return unknown('FileVault gives no clear answer');
};

const askWindows = async (probe: DiskProbe, path: string): Promise<DiskEncryption> => {
  const drive = /^[A-Za-z]:/.exec(path)?.[0];
  if (drive === undefined) return unknown('the data folder is on no drive of this machine');
  // The shell's own column, which everybody may read; manage-bde wants an administrator.
  const question = `(New-Object -ComObject Shell.Application).NameSpace('${drive}').Self.ExtendedProperty('System.Volume.BitLockerProtection')`;
  // By its full path: a program of that name in the current folder must not be run in its place.
  const shell = win32.join(
    process.env.SystemRoot ?? 'C:\\Windows',
    'System32',
    'WindowsPowerShell',
    'v1.0',
    'powershell.exe',
  );
  const said = (await probe.run(shell, ['-NoProfile', '-NonInteractive', '-Command', question])).trim();
  if (said === '1') return { state: 'on', by: 'BitLocker' };
  if (said === '2') return { state: 'off', by: 'BitLocker' };
  return unknown('BitLocker gives no clear answer');
};

const systemProbe: DiskProbe = {
  platform: process.platform,
  run: (program, words) =>
    new Promise((resolve, reject) => {
      execFile(program, [...words], { timeout: 10_000, windowsHide: true }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
    }),
  readText: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
  list: (path) => (existsSync(path) ? readdirSync(path) : []),
  deviceOf(path) {
    if (!path.startsWith('/dev/') || !existsSync(path)) return null;
    const { rdev } = statSync(path);
    // As the kernel packs it: twelve bits and twenty, the low eight of the second first.
    return `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
  },
};

/** `folder` with its links followed, since it is asked where the bytes are. Never throws: a system that cannot be asked is one
 * that cannot be told. */
export const findDiskEncryption = async (folder: string, probe: DiskProbe = systemProbe): Promise<DiskEncryption> => {
  try {
    if (probe.platform === 'linux') return askLinux(probe, folder);
    if (probe.platform === 'darwin') return await askMac(probe);
    if (probe.platform === 'win32') return await askWindows(probe, folder);
    return unknown('this system is not known');
  } catch (error) {
    return unknown(`asking failed (${error instanceof Error ? error.name : 'unknown'})`);
  }
};
