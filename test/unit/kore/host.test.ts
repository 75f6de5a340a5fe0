import { describe, expect, test } from 'vitest';
import { validateHost } from '../../../main/kore/host.ts';
import { AppError } from '../../../preload/contract/errors.ts';

const refusalOf = (host: string): AppError => {
  try {
    validateHost(host);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`accepted: ${host}`);
};

describe('validateHost', () => {
  test.each([
    ['platform.kore.ai', 'https://platform.kore.ai'],
    ['  https://platform.kore.ai/  ', 'https://platform.kore.ai'],
    ['HTTPS://EU-Platform.Kore.AI', 'https://eu-platform.kore.ai'],
    ['https://platform.kore.ai/bt/login?next=1#top', 'https://platform.kore.ai'],
    ['platform.kore.ai/agentassist', 'https://platform.kore.ai'],
    ['contact.example.com:8443', 'https://contact.example.com:8443'],
    ['https://contact.example.com:443', 'https://contact.example.com'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['http://127.8.9.10', 'http://127.8.9.10'],
    ['http://localhost:4010/', 'http://localhost:4010'],
    ['http://[::1]:4010', 'http://[::1]:4010'],
    ['localhost:4010', 'https://localhost:4010'],
  ])('%s is %s', (typed, origin) => {
    expect(validateHost(typed)).toBe(origin);
  });

  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['not a host', 'not an address'],
    ['https://', 'not an address'],
    ['https://exa$mple.com', 'not an address'],
    ['http://platform.kore.ai', 'Use https://'],
    ['http://127.0.0.1.example.com', 'Use https://'],
    ['http://10.0.0.1', 'Use https://'],
    ['http://localhost.example.com', 'Use https://'],
    ['ftp://platform.kore.ai', 'must start with https://'],
    ['https://analyst:hunter2@platform.kore.ai', 'user name or password'],
    ['analyst@platform.kore.ai', 'user name or password'],
    ['http://analyst:hunter2@127.0.0.1', 'user name or password'],
  ])('%s is refused: %s', (typed, words) => {
    const error = refusalOf(typed);
    expect(error.code).toBe('invalid_input');
    expect(error.message).toContain(words);
    expect(JSON.stringify(error.toBody())).not.toContain('hunter2');
  });
});
