// The log: JSON lines to stderr or to a file, cleaned of secrets at the only door. Imports pino.
import { statSync } from 'node:fs';
import { pino } from 'pino';
import type { Log, LogFields } from '../ports.ts';

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogOptions = {
  /** 'stderr' (the default) or the path of a file, made with owner-only access. Where something else lies there: stderr. */
  destination?: 'stderr' | (string & {});
  level: LogLevel;
};

const secretKey = /auth|token|secret|password|passwd|passphrase|cookie|credential|api_?key|private_?key/i;
/** Header and payload of a JWT both begin with `{"`, which is `eyJ` in base64url; the signature may be missing. */
const jwtLike = /eyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?/g;

const cleanText = (text: string): string => text.replace(jwtLike, '[token removed]');

const cleanFields = (fields: LogFields = {}): LogFields => {
  const clean: LogFields = {};
  for (const [key, value] of Object.entries(fields)) {
    // A yes or no under such a key (`tokenRefreshed: true`) gives nothing away.
    const isSecret = secretKey.test(key) && (typeof value === 'string' || typeof value === 'number');
    clean[key] = isSecret ? '[removed]' : typeof value === 'string' ? cleanText(value) : value;
  }
  return clean;
};

/** A pipe of that name would stop the program at its start. */
const isUsable = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    return false;
  }
};

/**
 * A Log that writes one JSON object a line: `time` (ISO 8601, UTC), `level`, `msg` and the fields. Writes are synchronous
 * so that the last lines before a crash are kept. Values under keys that look secret are removed, and so is anything that
 * looks like a JWT, in messages too.
 */
export const createLog = (options: LogOptions): Log => {
  const wanted = options.destination ?? 'stderr';
  const target = isUsable(wanted) ? wanted : 'stderr';
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination(
      target === 'stderr' ? { dest: 2, sync: true } : { dest: target, sync: true, mkdir: true, mode: 0o600 },
    ),
  );
  return {
    debug: (message, fields) => logger.debug(cleanFields(fields), cleanText(message)),
    info: (message, fields) => logger.info(cleanFields(fields), cleanText(message)),
    warn: (message, fields) => logger.warn(cleanFields(fields), cleanText(message)),
    error: (message, fields) => logger.error(cleanFields(fields), cleanText(message)),
  };
};
