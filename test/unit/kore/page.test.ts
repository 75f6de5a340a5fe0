import { describe, expect, test } from 'vitest';
import { parsePage } from '../../../main/kore/page.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { agentRow, botOnlyRow, pageText, type RawRow } from '../../support/rows.ts';

function errorOf(text: string): AppError {
  try {
    parsePage(text);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('parsePage did not throw');
}

const codeOf = (body: unknown): string => errorOf(JSON.stringify(body)).code;

describe('rows', () => {
  test('come from data', () => {
    const rows = [agentRow(), botOnlyRow()];
    expect(parsePage(pageText(rows))).toEqual({ rows, numResults: 2 });
  });

  test('come from a bare list', () => {
    expect(parsePage('[{"sessionId":"a"},1]')).toEqual({ rows: [{ sessionId: 'a' }, 1], numResults: null });
  });

  test('are those that stand there, whatever numResults says', () => {
    expect(parsePage('{"numResults":14,"data":[{"sessionId":"a"}]}')).toEqual({
      rows: [{ sessionId: 'a' }],
      numResults: 14,
    });
    expect(parsePage('{"numResults":14,"data":[]}')).toEqual({ rows: [], numResults: 14 });
    expect(parsePage('{"numResults":"14","data":[]}')).toEqual({ rows: [], numResults: null });
  });

  test.each(['{"numResults":0}', '{"numResults":0,"data":null}', '{"numResults":0,"message":"No records found"}'])(
    'no data and no results make an empty page: %s',
    (text) => {
      expect(parsePage(text)).toEqual({ rows: [], numResults: 0 });
    },
  );

  test('an empty page may carry a harmless message', () => {
    expect(parsePage('{"message":"No records found","error":null,"errors":[],"data":[]}').rows).toEqual([]);
  });

  test('far more than can have been asked for are no page', () => {
    expect(parsePage(`[${'{},'.repeat(9_999)}{}]`).rows).toHaveLength(10_000);
    for (const text of [`[${'{},'.repeat(10_000)}{}]`, `{"data":[${'[],'.repeat(10_000)}[]]}`])
      expect(errorOf(text).code).toBe('unexpected_response');
  });

  test('rows win over a complaint beside them', () => {
    expect(parsePage('{"error":"token","data":[{"sessionId":"a"}]}').rows).toHaveLength(1);
  });
});

describe('raw control characters inside strings', () => {
  test('are repaired, and the text keeps its line break', () => {
    const text = pageText([agentRow({ dispositionRemarks: ['first LINEBREAK second'] })]).replace('LINEBREAK', '\n');
    expect(() => JSON.parse(text)).toThrow();
    const page = parsePage(text);
    expect((page.rows[0] as RawRow).dispositionRemarks).toEqual(['first \n second']);
  });

  test('are repaired beside escaped quotes and backslashes, for every control character', () => {
    for (let code = 0; code < 0x20; code += 1) {
      const raw = String.fromCharCode(code);
      const page = parsePage(`{"data":[{"note":"a \\"quoted\\" \\\\${raw} end\\\\"},\n\t{"b":"${raw}${raw}"}]}`);
      expect(page.rows).toEqual([{ note: `a "quoted" \\${raw} end\\` }, { b: `${raw}${raw}` }]);
    }
  });

  test('after a backslash that escapes nothing the line break stays', () => {
    expect(parsePage('{"data":[{"note":"a\\\nb"}]}').rows).toEqual([{ note: 'a\nb' }]);
  });
});

describe('numbers beyond 2^53', () => {
  test('keep every digit as text', () => {
    const page = parsePage(
      '{"data":[{"sessionId":12345678901234567890,"b":[-9007199254740993],"c": 9007199254740993}]}',
    );
    expect(page.rows).toEqual([{ sessionId: '12345678901234567890', b: ['-9007199254740993'], c: '9007199254740993' }]);
  });

  test('leave safe integers, fractions and long digits inside texts alone', () => {
    const page = parsePage(
      '{"data":[{"a":9007199254740991,"b":1.5,"c":"card 1234567890123456789","d":1234567890123456.5}]}',
    );
    expect(page.rows).toEqual([{ a: 9007199254740991, b: 1.5, c: 'card 1234567890123456789', d: 1234567890123456.5 }]);
  });

  test('are kept in a repaired text as well', () => {
    expect(parsePage('{"data":[{"sessionId":12345678901234567890,"n":"a\nb"}]}').rows).toEqual([
      { sessionId: '12345678901234567890', n: 'a\nb' },
    ]);
  });
});

describe('what cannot be read', () => {
  const whole = pageText([agentRow()]);

  test.each([
    ['an empty body', ''],
    ['a truncated answer', whole.slice(0, whole.length / 2)],
    ['an answer cut inside a string', whole.slice(0, whole.indexOf('Pay Bill') + 3)],
    ['a missing comma', '{"data":[{"a":1 "b":2}]}'],
    ['an HTML page', '<!doctype html><html><body>Sign in to the guest network</body></html>'],
    ['trailing text', '{"data":[]} and more'],
  ])('%s is unexpected_response, and the error quotes nothing of it', (_name, text) => {
    const error = errorOf(text);
    expect(error.code).toBe('unexpected_response');
    expect(error.message).toMatch(/try again/i);
    expect(error.cause).toBeUndefined();
    const shown = JSON.stringify(error.toBody());
    for (const value of ['Casey', '2025550142', 'guest network']) expect(shown).not.toContain(value);
  });

  test.each([[null], [5], ['text'], [true], [{}], [{ data: null }], [{ data: {} }], [{ numResults: 3 }]])(
    '%j has no rows: unexpected_response',
    (body) => {
      expect(codeOf(body)).toBe('unexpected_response');
    },
  );
});

describe('an error that the client did not recognise', () => {
  // The client refuses errors in words: see failure.test.ts. What is too large for it to read must not pass as empty.
  test.each([
    { data: [], errors: [{ msg: 'Bad range for casey.caller@example.com', code: 7 }] },
    { data: [], error: 'broken for casey.caller@example.com' },
    { numResults: 0, error: { message: 'casey.caller@example.com' } },
    { errors: [{ msg: 'casey.caller@example.com' }] },
  ])('is no empty page, and is not quoted: %j', (body) => {
    const error = errorOf(JSON.stringify(body));
    expect(error.code).toBe('unexpected_response');
    expect(JSON.stringify(error.toBody())).not.toContain('casey');
  });
});

describe('an encrypted answer', () => {
  const base64 = Buffer.from('x'.repeat(300)).toString('base64');

  test.each([
    { encryptedData: base64, encryptedKey: base64.slice(0, 64) },
    { payload: base64 },
    { cipherText: Buffer.from('y'.repeat(64)).toString('hex'), iv: 'AAAAAAAAAAAAAAAA' },
    { data: base64 },
    { data: { iv: 'AAAAAAAAAAAAAAAA', content: base64 } },
    { unknownName: base64 },
    { numResults: 0, payload: base64 },
    { message: 'Success', data: base64 },
  ])('is payload_encrypted and names the setting (%#)', (body) => {
    const error = errorOf(JSON.stringify(body));
    expect(error.code).toBe('payload_encrypted');
    expect(error.message).toContain('Enforce Request and Response Payload Encryption');
  });

  test('is not seen in ordinary words or short ids', () => {
    expect(codeOf({ key: 'c-0000001-1111-4222-8333', requestId: '0'.repeat(64) })).toBe('unexpected_response');
    expect(codeOf({ payload: 'a sentence of many words that is no cipher text at all' })).toBe('unexpected_response');
  });
});

describe('hostile shapes', () => {
  test('what is nested deeper than 64 levels is cut off, the row stays', () => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    const page = parsePage(`{"data":[{"sessionId":"s","metaInfo":${deep}},{"sessionId":"t"}]}`);
    expect(page.rows).toHaveLength(2);
    const text = JSON.stringify(page.rows[0]);
    // The answer, data and the row are three levels; metaInfo is the fourth, so 61 of its levels stay.
    expect(text).toBe(`{"sessionId":"s","metaInfo":${'{"a":'.repeat(61)}null${'}'.repeat(61)}}`);
  });

  test('64 levels are not too deep', () => {
    const list = `${'['.repeat(62)}${']'.repeat(62)}`;
    expect(JSON.stringify(parsePage(`{"data":[${list}]}`).rows)).toBe(`[${list}]`);
    expect(JSON.stringify(parsePage(`{"data":[[${list}]]}`).rows)).toContain('null');
  });

  test('a million brackets end in an error or in cut rows, not in a stack overflow', () => {
    expect(JSON.stringify(parsePage(`${'['.repeat(1e6)}${']'.repeat(1e6)}`).rows)).toContain('null');
    expect(errorOf('['.repeat(1e6)).code).toBe('unexpected_response');
    const withLongNumber = `{"data":[${'['.repeat(1e5)}12345678901234567890${']'.repeat(1e5)}]}`;
    expect(errorOf(withLongNumber).code).toBe('unexpected_response');
  });

  test('__proto__ and constructor keys change no prototype', () => {
    const body =
      '{"__proto__":{"polluted":1},"data":[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]}';
    for (const text of [
      body,
      body.replace('[{', '[{"n":12345678901234567890,'),
      body.replace('"data"', '"x":"\n","data"'),
    ]) {
      const page = parsePage(text);
      expect(page.rows).toHaveLength(1);
      expect(Object.getPrototypeOf(page.rows[0])).toBe(Object.prototype);
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
