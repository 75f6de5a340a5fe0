// The three repairs of odd rows and the settings that turn them off. Pure types and constants; imports nothing.
// Source: metrics definitions, facts 6 (shadows), 7 (micro-sessions) and 8 (reassignment).

export type Repairs = {
  /** 'left-out': agent-assist shadows count nowhere. 'counted': as sessions of their own, as the API lists them. */
  shadows: 'left-out' | 'counted';
  /** 'left-out': bot sessions under microSessionS resolve nothing and are no contact. 'counted': like any other. */
  microSessions: 'left-out' | 'counted';
  /** 'repaired': an entry moved by a supervisor is answered by the next destination. 'as-recorded': it is not. */
  reassignments: 'repaired' | 'as-recorded';
};

export const defaultRepairs: Repairs = { shadows: 'left-out', microSessions: 'left-out', reassignments: 'repaired' };

/** A bot-only session shorter than this many seconds is a micro-session. */
export const microSessionS = 10;
