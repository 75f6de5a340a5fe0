// npm run licences
import { writeFileSync } from 'node:fs';
import { readLock } from './shipped.ts';
import { renderThirdParty, thirdPartyPath } from './third-party.ts';

writeFileSync(thirdPartyPath, renderThirdParty(readLock()));
