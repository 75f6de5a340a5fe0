// The other end of helper.ts, in the process itself: takes one message, answers once, waits to be killed. The message and
// the answer go over the private channel, so nothing of them is in an argument list, an environment or a pipe that another
// program could open. Imports nothing.

/** Only in a utility process of Electron's, which has no IPC channel of Node's. */
type ParentPort = {
  once(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(reply: unknown): void;
};

/** `work` never throws. The message is what the parent sent: a type is the entry's own to know. */
export const answerOnce = <Message>(work: (message: Message) => unknown): void => {
  const { parentPort } = process as { parentPort?: ParentPort };
  // The parent kills this process as soon as it has the answer: ending by itself could overtake it on the way.
  const answer = async (message: unknown): Promise<void> => {
    const reply = await work(message as Message);
    if (parentPort) parentPort.postMessage(reply);
    else process.send?.(reply);
  };
  if (parentPort) {
    parentPort.once('message', ({ data }) => void answer(data));
    return;
  }
  // Once a native call is blocked, a regular exit would wait for it; when the parent is gone nobody needs the answer.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.once('message', answer);
};
