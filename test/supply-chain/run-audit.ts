// npm run audit [-- --strict]: known faults in the packages of the lock file. Ends with 1 on a finding that nobody has
// accepted; where the registry does not answer, with 0 and a warning, with --strict (before a release) with 1.
import { judgeAudit } from './audit.ts';
import { runNpm } from './npm.ts';
import { acceptedAdvisories } from './reviewed.ts';

const isStrict = process.argv.includes('--strict');
const { stdout } = runNpm(['audit', '--json', '--package-lock-only']);
const { state, lines } = judgeAudit(stdout, acceptedAdvisories, new Date().toISOString().slice(0, 10));
for (const line of lines) console.log(state === 'not-checked' ? `The registry: ${line}` : line);
if (state === 'clean') console.log('No known fault in any package that was not accepted.');
if (state === 'findings')
  console.log('Update these packages, or say in test/supply-chain/reviewed.ts why they may stay.');
if (state === 'not-checked')
  console.log('WARNING: NOT CHECKED. Nothing is known about faults in the packages; ask where the registry answers.');
process.exitCode = state === 'findings' || (state === 'not-checked' && isStrict) ? 1 : 0;
