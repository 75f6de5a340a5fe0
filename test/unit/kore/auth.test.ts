import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createTokenSource, describeToken, normalizeToken } from '../../../main/kore/auth.ts';
import type { Clock } from '../../../main/ports.ts';
import { AppError } from '../../../preload/contract/errors.ts';

const startMs = Date.UTC(2025, 8, 30, 12, 0, 0);

const createTestClock = (): Clock & { advanceS(seconds: number): void } => {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: () => Promise.reject(new Error('nothing here sleeps')),
    advanceS: (seconds) => {
      nowMs += seconds * 1000;
    },
  };
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string | undefined): unknown => JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
const makeToken = (claims: object, secret = 'made-up-secret'): string => {
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
};

const errorOf = async (work: () => unknown): Promise<AppError> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('no error');
};

describe('a token signed from a client secret', () => {
  const secret = 'canary-client-secret-0123456789abcdefghijklm=';
  const credential = { kind: 'client-secret', clientId: ' cs-made-up ', secret: `${secret}\n` } as const;

  test('is HS256 over the trimmed secret, with the claims the API needs and 15 minutes of life', async () => {
    const token = await createTokenSource(credential, createTestClock()).token();
    const [header, payload, signature] = token.split('.');
    expect(signature).toBe(createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url'));
    expect(decode(header)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(decode(payload)).toEqual({
      appId: 'cs-made-up',
      sub: expect.any(String),
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: startMs / 1000,
      exp: startMs / 1000 + 900,
    });
  });

  test('is kept until a minute before its end, then made anew', async () => {
    const clock = createTestClock();
    const source = createTokenSource(credential, clock);
    const [first, together] = await Promise.all([source.token(), source.token()]);
    expect(together).toBe(first);
    clock.advanceS(839);
    expect(await source.token()).toBe(first);
    clock.advanceS(1);
    const second = await source.token();
    expect(second).not.toBe(first);
    expect(describeToken(second).expiresAtS).toBe(startMs / 1000 + 840 + 900);
  });

  test('is made anew after refresh, and when the clock was set back', async () => {
    const clock = createTestClock();
    const source = createTokenSource(credential, clock);
    const first = await source.token();
    expect(source.refresh()).toBe(true);
    const second = await source.token();
    expect(second).not.toBe(first);
    clock.advanceS(-3600);
    expect(describeToken(await source.token()).expiresAtS).toBe(startMs / 1000 - 3600 + 900);
  });

  test.each(['a', 'short secret', 'x'.repeat(500)])('works with a secret of any length (%#)', async (made) => {
    const source = createTokenSource({ kind: 'client-secret', clientId: 'cs-1', secret: made }, createTestClock());
    const [header, payload, signature] = (await source.token()).split('.');
    expect(signature).toBe(createHmac('sha256', made).update(`${header}.${payload}`).digest('base64url'));
  });

  test('needs both halves', async () => {
    const source = createTokenSource({ kind: 'client-secret', clientId: 'cs-1', secret: ' ' }, createTestClock());
    expect((await errorOf(() => source.token())).code).toBe('auth_missing');
  });
});

describe('a pasted token', () => {
  const token = makeToken({ sub: '1234567890', appId: 'cs-made-up' });

  test.each([
    ['as it is', token],
    ['with blanks around', `  ${token}\n`],
    ['wrapped over lines', `${token.slice(0, 30)}\r\n  ${token.slice(30)}`],
    ['with Bearer in front', `Bearer ${token}`],
    ['with bearer in front', `bearer  ${token}`],
  ])('%s is handed on bare', async (_name, pasted) => {
    const source = createTokenSource({ kind: 'token', token: pasted }, createTestClock());
    expect(await source.token()).toBe(token);
    expect(source.refresh()).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['quoted', '"canary.canary.canary"'],
    ['letters no header can carry', 'canary.cänary.canary'],
    ['a control character', 'canary.\u0000canary.canary'],
  ])('%s is refused without being quoted', async (_name, pasted) => {
    const source = createTokenSource({ kind: 'token', token: pasted }, createTestClock());
    const error = await errorOf(() => source.token());
    expect(error.code).toBe('auth_rejected');
    expect(error.message).toContain('three parts');
    expect(`${JSON.stringify(error.toBody())}${error.stack}${error.cause}`).not.toMatch(/c.nary/);
    expect((await errorOf(() => normalizeToken(pasted))).code).toBe('auth_rejected');
  });

  test.each([
    ['encrypted, five parts', 'eyJhIjoxfQ.YQ.Yg.Yw.ZA'],
    ['opaque', 'opaque-token_0123456789='],
  ])('%s is left to the server to judge', async (_name, pasted) => {
    const source = createTokenSource({ kind: 'token', token: pasted }, createTestClock());
    expect(await source.token()).toBe(pasted);
    expect(describeToken(pasted)).toEqual({ appId: null, expiresAtS: null });
  });

  test('is refused from the second it expires', async () => {
    const clock = createTestClock();
    const expiring = makeToken({ appId: 'cs-made-up', exp: startMs / 1000 + 60 });
    const source = createTokenSource({ kind: 'token', token: expiring }, clock);
    clock.advanceS(59);
    expect(await source.token()).toBe(expiring);
    clock.advanceS(1);
    const error = await errorOf(() => source.token());
    expect(error.code).toBe('auth_rejected');
    expect(error.message).toContain('expired');
    expect(error.details).toEqual({ expiredAt: '2025-09-30T12:01:00.000Z' });
  });

  test('describes itself', () => {
    expect(describeToken(token)).toEqual({ appId: 'cs-made-up', expiresAtS: null });
    expect(describeToken(makeToken({ exp: 1759233600 }))).toEqual({ appId: null, expiresAtS: 1759233600 });
  });
});
