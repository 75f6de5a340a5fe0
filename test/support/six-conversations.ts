// One noon hour of a contact centre, small enough to work out every figure by hand: rows for the simulator.
import type { KoreRow } from '../kore-server/server.ts';
import {
  agentRow,
  agents,
  answeredAgent,
  baseS,
  botOnlyRow,
  callbackRow,
  campaignRow,
  ignoringAgent,
  naive,
  objectIdAt,
  openRow,
  queueEntry,
  reassignedRow,
  v1AgentRow,
} from './rows.ts';

const ids = (n: number, startedS: number) => ({ conversationId: `c-000000${n}`, sessionId: objectIdAt(startedS, n) });
/** UTC epoch seconds so many minutes after noon. */
export const minuteS = (minutes: number): number => baseS + minutes * 60;
const hostileNote = '=HYPERLINK("http://example.com")\r\nsaid "yes", twice';

/** Ada answers a call that Ben had ignored, consults Cy, holds; v1 adds a survey. */
export const answeredCall: KoreRow = {
  v1: v1AgentRow(ids(1, minuteS(0)), minuteS(0)),
  v2: agentRow(
    {
      ...ids(1, minuteS(0)),
      destinations: [
        queueEntry(minuteS(0) + 10, {
          respondingAgent: answeredAgent(minuteS(0) + 10, agents.ada, {
            agentNotes: [hostileNote],
            holdDuration: 20,
            ConsultingAgents: [
              {
                agentId: agents.cy.agentId,
                name: agents.cy.name,
                email: agents.cy.email,
                assignedAt: naive(minuteS(0) + 40),
                acceptedTime: naive(minuteS(0) + 45),
                consultingEndTime: naive(minuteS(0) + 60),
                isMerged: false,
              },
            ],
            JoinedUsers: [
              {
                agentId: agents.cy.agentId,
                name: agents.cy.name,
                email: agents.cy.email,
                joinedAt: naive(minuteS(0) + 61),
                end: naive(minuteS(0) + 70),
              },
            ],
          }),
          nonRespondingAgents: [ignoringAgent(minuteS(0) + 11, agents.ben)],
        }),
      ],
    },
    minuteS(0),
  ),
};
const botOnly: KoreRow = { v2: botOnlyRow({ sessionId: objectIdAt(minuteS(10), 2) }, minuteS(10)) };
const reassigned: KoreRow = { v2: reassignedRow(ids(3, minuteS(20)), minuteS(20)) };
const callback: KoreRow = { v2: callbackRow(ids(4, minuteS(30)), minuteS(30)) };
const campaign: KoreRow = { v2: campaignRow(ids(5, minuteS(40)), minuteS(40)) };
const open: KoreRow = { v2: openRow(ids(6, minuteS(50)), minuteS(50)) };
/** One of each kind, ten minutes apart: answered, bot-only, reassigned, called back, campaign, open. */
export const sixConversations: readonly KoreRow[] = [answeredCall, botOnly, reassigned, callback, campaign, open];
