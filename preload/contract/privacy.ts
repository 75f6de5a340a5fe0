// The contract's part about people's data: forgetting, keeping for a time, the audit, the bundle for a support desk. Imports
// zod only.
import { z } from 'zod';
import { retentionDaysSchema, workspaceSchema } from './workspace.ts';

const procedure = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output });
/** Name or id; may be left out when there is one workspace. */
const workspace = z.string().min(1).optional();
const count = z.number().int();

/** What forgetting a customer takes along in library.db, because it names them. */
export const namingRecordsSchema = z.object({
  searches: count,
  /** Report definitions, and the schedules that use them or whose folder names the customer. */
  definitions: count,
  schedules: count,
  /** Entries of the list of issued reports; their files stay where they were written. */
  issuedReports: count,
});
export type NamingRecords = z.infer<typeof namingRecordsSchema>;

export const forgottenSchema = z.object({ conversations: count, quarantined: count, ...namingRecordsSchema.shape });
export type Forgotten = z.infer<typeof forgottenSchema>;

export const forgottenNowSchema = forgottenSchema.extend({
  /** What other forgettings had removed that had not come to their end, and have with this one. */
  ended: forgottenSchema.nullable(),
});
export type ForgottenNow = z.infer<typeof forgottenNowSchema>;

/** One thing that took data out or removed it. Never changed, never removed. */
export const auditEntrySchema = z.object({
  id: count,
  at: z.string(),
  /** Its name now; null when it was none's, or the workspace is removed. */
  workspace: z.string().nullable(),
  workspaceId: z.string().nullable(),
  action: z.string(),
  /** Never whom: kinds, numbers, yes and no. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** `absent`: there is no cache yet. */
export const encryptionStateSchema = z.enum(['encrypted', 'plain', 'absent']);
export type EncryptionState = z.infer<typeof encryptionStateSchema>;

export const privacyProcedures = {
  'forget.count': procedure(
    z.object({ workspace, customer: z.string().min(1) }),
    z.object({
      conversations: count,
      /** With those that share a phone, e-mail or id with them, directly or through others. */
      linked: count,
    }),
  ),
  'forget.run': procedure(
    z.object({
      workspace,
      customer: z.string().min(3).optional(),
      /** With the customer: the linked conversations too. */
      linked: z.boolean().default(false),
      olderThanDays: z.number().int().min(1).optional(),
    }),
    forgottenNowSchema,
  ),
  /** How long conversations are kept: what began earlier is forgotten after each sync. Null: for ever. */
  'workspaces.keep': procedure(z.object({ workspace, days: retentionDaysSchema }), workspaceSchema),
  'encryption.get': procedure(z.object({ workspace }), z.object({ state: encryptionStateSchema })),
  /** Replaces a plain cache by an encrypted one. */
  'encryption.start': procedure(z.object({ workspace }), z.object({ state: encryptionStateSchema })),
  /** Writes the key of the cache into a new file, for runs without a keychain. Not for hosts with a window. */
  'encryption.write-key': procedure(z.object({ workspace, out: z.string().min(1) }), z.object({ path: z.string() })),
  /** Removes the cache with its key, for when the key is lost; the next sync fetches it again. */
  'encryption.reset': procedure(
    z.object({ workspace: z.string().min(1) }),
    z.object({
      /** False: the keychain could not be reached, and may still hold the key. */
      isKeyRemoved: z.boolean(),
    }),
  ),
  /** Newest first. */
  'audit.list': procedure(
    z.object({ workspace, limit: z.number().int().min(1).max(100_000).default(100) }),
    z.array(auditEntrySchema),
  ),
  /** Writes what a support desk needs and nobody's data: versions, settings without secrets, counts, recent log lines. */
  'doctor.bundle': procedure(z.object({ out: z.string().min(1) }), z.object({ path: z.string(), bytes: count })),
} as const;
