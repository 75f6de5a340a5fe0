// Events for pages: what each page is sent when it comes, and when it comes back.
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createEventStream } from '../../../main/hosts/browser/event-stream.ts';

/** Takes down what is written, like a connection that is always fast enough. */
const createPage = () => {
  const texts: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    writableLength: 0,
    writeHead: () => response,
    write: (text: string) => texts.push(text),
    end: () => response,
    destroy: () => response,
  });
  const names = () => texts.join('').match(/(?<=^event: ).*$/gm);
  return { response: response as unknown as ServerResponse, names };
};

test('the first page hears what was said before it came, a later one does not', () => {
  const stream = createEventStream('a');
  stream.send('notice', { message: 'mended' });
  const first = createPage();
  stream.open(first.response, null);
  expect(first.names()).toEqual(['hello', 'notice']);

  const second = createPage();
  stream.open(second.response, null);
  expect(second.names()).toEqual(['hello']);
  stream.send('data.changed', { topics: ['figures'] });
  expect(first.names()).toEqual(['hello', 'notice', 'data.changed']);
  expect(second.names()).toEqual(['hello', 'data.changed']);
  stream.close();
});

test('a page that comes back hears what it missed, or that it missed something', () => {
  const stream = createEventStream('a');
  for (let event = 0; event < 3; event += 1) stream.send('data.changed', { topics: ['figures'] });
  const back = createPage();
  stream.open(back.response, 'a-1');
  expect(back.names()).toEqual(['hello', 'data.changed', 'data.changed']);

  const fromBefore = createPage();
  stream.open(fromBefore.response, 'b-1');
  expect(fromBefore.names()).toEqual(['again']);
  stream.close();
});
