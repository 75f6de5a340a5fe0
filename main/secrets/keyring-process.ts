// Entry of the child process that makes one keychain call and waits to be killed. The call arrives and the answer leaves over the
// private IPC channel, so a secret is in no argument list, environment or pipe that another program could open. Imports
// keyring-call only. Started by keychain.ts.
import { callKeyring, type KeyringCall } from './keyring-call.ts';

type Call = (call: KeyringCall) => Promise<void>;
/** Only in a utility process of Electron's, which has no IPC channel of Node's. */
type ParentPort = {
  once(event: 'message', listener: (event: { data: KeyringCall }) => void): void;
  postMessage(reply: unknown): void;
};
const { parentPort } = process as { parentPort?: ParentPort };

// The parent kills this process as soon as it has the answer: ending by itself could overtake it on the way.
const answer: Call = async (call) => {
  const reply = await callKeyring(call);
  if (parentPort) parentPort.postMessage(reply);
  else process.send?.(reply);
};

if (parentPort) parentPort.once('message', ({ data }) => void answer(data));
else {
  // Once a native call is blocked, a regular exit would wait for it; when the parent is gone nobody needs the answer.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.once('message', answer);
}
