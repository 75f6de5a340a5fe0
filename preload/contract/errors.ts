// Error codes that cross every boundary (worker, IPC, command line). Owns the closed list of codes, the exit code each
// one ends a command with, and AppError, the only error meant to be shown. Imports zod only.
import { z } from 'zod';

/** Exit code of the command line for each code: see docs/cli.md. */
export const exitCodes = {
  invalid_input: 2,
  not_found: 2,
  bad_data_limit: 65,
  network_dns: 69,
  network_unreachable: 69,
  network_timeout: 69,
  network_tls: 69,
  proxy_auth: 69,
  proxy_failed: 69,
  captive_portal: 69,
  wrong_host: 69,
  server_error: 69,
  throttled: 69,
  unexpected_response: 69,
  range_too_long: 69,
  bad_request: 69,
  internal: 70,
  db_from_future: 70,
  db_corrupt: 70,
  disk_full: 73,
  output_failed: 73,
  sync_busy: 75,
  auth_missing: 77,
  auth_rejected: 77,
  auth_scope: 77,
  payload_encrypted: 77,
  cache_locked: 77,
  secret_store_locked: 77,
  secret_store_unavailable: 77,
  cancelled: 130,
} as const;

export type ErrorCode = keyof typeof exitCodes;

export const errorSchema = z.object({
  code: z.enum(Object.keys(exitCodes) as [ErrorCode, ...ErrorCode[]]),
  /** A sentence the user can act on. Never holds a secret or a customer's data. */
  message: z.string(),
  /** Facts for a support desk (status, host, path of a field), never values of a record. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type ErrorBody = z.infer<typeof errorSchema>;

/** An expected failure: a code to branch on and a sentence that tells the user what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorBody['details'];

  constructor(code: ErrorCode, message: string, options: { details?: ErrorBody['details']; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
  }

  toBody(): ErrorBody {
    return { code: this.code, message: this.message, ...(this.details ? { details: this.details } : {}) };
  }
}

/** Rebuilds an AppError from the body that crossed a boundary. */
export const errorFromBody = (body: ErrorBody): AppError =>
  new AppError(body.code, body.message, body.details ? { details: body.details } : {});

/** What a cancelled job ends with; also the reason given to every AbortController. */
export const cancelledError = (): AppError => new AppError('cancelled', 'Cancelled.');
