// The three repairs of odd rows and the settings that turn them off. Pure; may import the contract.
// Source: metrics definitions, facts 6 (shadows), 7 (micro-sessions) and 8 (reassignment).
export { defaultRepairs, type Repairs } from '../../preload/contract/counting.ts';

/** A bot-only session shorter than this many seconds is a micro-session. */
export const microSessionS = 10;
