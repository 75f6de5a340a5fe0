// What `npm audit --json` said, judged: known faults in packages, less those that were looked at (reviewed.ts). A registry
// that does not answer such questions is no failure, and no all-clear either.
import type { AcceptedAdvisory } from './reviewed.ts';

export type AuditVerdict = { state: 'clean' | 'findings' | 'not-checked'; lines: string[] };

type Via = string | { name?: string; title?: string; url?: string; severity?: string; range?: string };
type Report = {
  auditReportVersion?: number;
  vulnerabilities?: Record<string, { name: string; via: Via[] }>;
  message?: string;
  error?: { summary?: string; code?: string };
};

const readReport = (text: string): Report | null => {
  try {
    return JSON.parse(text) as Report;
  } catch {
    // npm says no more than a line when it finds no registry at all.
    return null;
  }
};

const idOf = (url: string | undefined): string => url?.split('/').at(-1) ?? 'unknown advisory';

/** `today` as YYYY-MM-DD: what was accepted until an earlier day is a finding again. */
export const judgeAudit = (text: string, accepted: readonly AcceptedAdvisory[], today: string): AuditVerdict => {
  const report = readReport(text);
  if (report?.auditReportVersion === undefined || report.vulnerabilities === undefined) {
    const said = report?.message ?? report?.error?.summary ?? 'it gave no report';
    // Without the address: which registry is asked is the machine's affair.
    return { state: 'not-checked', lines: [said.replace(/\s*-?\s*[A-Z]* https?:\/\/\S+/, '')] };
  }
  const lines: string[] = [];
  let isClean = true;
  for (const { name, via } of Object.values(report.vulnerabilities))
    for (const cause of via) {
      // A word is another package's name, which has an entry of its own.
      if (typeof cause === 'string') continue;
      const id = idOf(cause.url);
      const known = accepted.find((one) => one.id === id && one.package === name && one.until >= today);
      isClean &&= known !== undefined;
      const what = `${name} ${cause.range ?? ''}: ${cause.title ?? ''} (${cause.severity ?? 'unknown'}, ${id})`;
      lines.push(known ? `accepted until ${known.until}: ${what}: ${known.reason}` : what);
    }
  return { state: isClean ? 'clean' : 'findings', lines };
};
