// Short ways through decodeRow for tests: each throws when the row ends the other way.
import { type DecodedRow, decodeRow } from '../../main/kore/decode.ts';
import type { ConversationRecord, Offer } from '../../main/model.ts';
import { agentRow, agents, answeredAgent, baseS, queueEntry, type RawRow } from './rows.ts';

export function decoded(row: unknown): Extract<DecodedRow, { ok: true }> {
  const result = decodeRow(row);
  if (!result.ok) throw new Error(`put aside: ${result.path}: ${result.reason}`);
  return result;
}

export const recordOf = (row: unknown): ConversationRecord => decoded(row).record;

export function failureOf(row: unknown): Extract<DecodedRow, { ok: false }> {
  const result = decodeRow(row);
  if (result.ok) throw new Error('was decoded');
  return result;
}

export const offersOf = (row: unknown): Offer[] => recordOf(row).destinations.flatMap((stop) => stop.offers);

/** A queue row whose responding agent has these fields. */
export const withAgent = (fields: RawRow): RawRow =>
  agentRow({ destinations: [queueEntry(baseS, { respondingAgent: answeredAgent(baseS, agents.ada, fields) })] });
