// Entry of the process that makes one keychain call and waits to be killed. Imports keyring-call and the helper's own end.
// Started by keychain.ts.
import { answerOnce } from '../helper/entry.ts';
import { callKeyring, type KeyringCall } from './keyring-call.ts';

answerOnce<KeyringCall>(callKeyring);
