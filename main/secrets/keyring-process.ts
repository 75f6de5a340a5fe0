// Entry of the child process that makes one keychain call and waits to be killed. The call arrives and the answer leaves over the
// private IPC channel, so a secret is in no argument list, environment or pipe that another program could open. Imports
// keyring-call only. Started by keychain.ts.
import { callKeyring, type KeyringCall } from './keyring-call.ts';

// Once a native call is blocked, a regular exit would wait for it; when the parent is gone nobody needs the answer.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

// The parent kills this process as soon as it has the answer: ending by itself could overtake it on the way.
process.once('message', async (call: KeyringCall) => {
  process.send?.(await callKeyring(call));
});
