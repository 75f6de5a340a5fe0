import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvColumn, csvHeader, csvLine } from '../../../main/reports/csv.ts';

type Cell = { text: string; isQuoted: boolean };

/** RFC 4180, strictly: any character out of place throws. Written for this test, apart from the writer. */
const parseCsv = (source: string): Cell[][] => {
  const records: Cell[][] = [];
  let record: Cell[] = [];
  let at = 0;
  while (at < source.length) {
    let text = '';
    const isQuoted = source[at] === '"';
    if (isQuoted) {
      at++;
      for (;;) {
        if (at >= source.length) throw new Error('unterminated quote');
        if (source[at] === '"' && source[at + 1] === '"') {
          text += '"';
          at += 2;
        } else if (source[at] === '"') {
          at++;
          break;
        } else {
          text += source[at++];
        }
      }
    } else {
      while (at < source.length && !',"\r\n'.includes(source[at] ?? '')) text += source[at++];
    }
    record.push({ text, isQuoted });
    if (source[at] === ',') {
      at++;
    } else if (source[at] === '\r' && source[at + 1] === '\n') {
      at += 2;
      records.push(record);
      record = [];
    } else {
      throw new Error(`unexpected character at ${at}`);
    }
  }
  if (record.length > 0) throw new Error('no line end');
  return records;
};

type Row = { a: string | null; n: number | null; b: boolean | null; t: string | null };
const columns: CsvColumn<Row>[] = [
  { name: 'a', kind: 'text', value: (row) => row.a },
  { name: 'n', kind: 'number', value: (row) => row.n },
  { name: 'b', kind: 'boolean', value: (row) => row.b },
  { name: 't', kind: 'time', value: (row) => row.t },
];

const blanks = [' ', '\0', '\uFEFF', '\t', '\r', '\n', '\u00a0', '\u3000'];
const starters = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/** What a spreadsheet would do, step by step: skip blanks, look at the next character. */
const looksLikeFormula = (text: string): boolean => {
  let rest = text;
  for (;;) {
    if (starters.some((starter) => rest.startsWith(starter))) return true;
    if (!rest.startsWith('\0') && rest.slice(0, 1).trim() !== '') return false;
    if (rest === '') return false;
    rest = rest.slice(1);
  }
};

/** A formula that would go on behind the end of its cell; `rest` is all that follows in it. */
const endsOpen = (part: string, rest: string): boolean =>
  rest.trim() === '' && (part.trimEnd().length === 1 || '&+-*/^=<>,{'.includes(part.trimEnd().at(-1) ?? ' '));

/** A cell begins behind each semicolon and line break where semicolons separate; quotes and blanks before it are dropped. */
const guardParts = (text: string): string =>
  text
    .split(/(?<=[;\r\n])/u)
    .map((part, index, all) => {
      const shown = part.replace(/^["\s\0]+/u, '');
      const isFormula = ['=', '+', '-', '@', '＝', '＋', '－', '＠'].some((sign) => shown.startsWith(sign));
      return index > 0 && isFormula && (/[(|!]/u.test(shown) || endsOpen(shown, all.slice(index + 1).join('')))
        ? `'${part}`
        : part;
    })
    .join('');

// Plain unit strings rarely start with the dangerous characters, so those are drawn often.
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(...blanks, ...starters, '"', "'", ',', ';', '(', '|', 'x', 'é', '\u{1f600}'),
      fc.string({ maxLength: 4, unit: 'grapheme' }),
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''));

describe('csvLine', () => {
  test('gives back every text, guarded only where a formula could start', () => {
    let guarded = 0;
    let guardedInside = 0;
    fc.assert(
      fc.property(nasty, (text) => {
        const [record] = parseCsv(csvLine(columns, { a: text, n: -5, b: true, t: null }));
        const cell = record?.[0];
        expect(record?.length).toBe(4);
        expect(cell?.isQuoted).toBe(true);
        if (looksLikeFormula(text)) {
          guarded++;
          expect(cell?.text).toBe(`'${guardParts(text)}`);
        } else {
          expect(cell?.text).toBe(guardParts(text));
        }
        if (cell?.text !== text && cell?.text !== `'${text}`) guardedInside++;
        expect(looksLikeFormula(cell?.text ?? '')).toBe(false);
      }),
      { numRuns: 20_000, seed: 1 },
    );
    expect(guarded).toBeGreaterThan(5_000);
    expect(guardedInside).toBeGreaterThan(100);
  });

  test('leaves numbers and booleans bare, negative ones too, and null empty', () => {
    expect(csvLine(columns, { a: '', n: -1.5, b: false, t: '2025-09-01T00:00:00Z' })).toBe(
      '"",-1.5,false,"2025-09-01T00:00:00Z"\r\n',
    );
    expect(csvLine(columns, { a: null, n: null, b: null, t: null })).toBe(',,,\r\n');
  });

  test.each([['=1+1'], ['+49 555'], ['-2'], ['@x'], ['\t=1'], ['  =1'], ['\0=1'], ['＝1'], ['\uFEFF=1'], ['\nx']])(
    'guards %j',
    (text) => {
      expect(csvLine(columns, { a: text, n: null, b: null, t: null })).toBe(`"'${text}",,,\r\n`);
    },
  );

  // What a German Excel makes cells of: it cuts a comma-separated file at semicolons and line breaks.
  test.each([
    ["hello;=cmd|' /C calc'!A0;bye", "hello;'=cmd|' /C calc'!A0;bye"],
    ['x\n=WEBSERVICE(CHAR(104)&A1)\ny', "x\n'=WEBSERVICE(CHAR(104)&A1)\ny"],
    ['x; "=HYPERLINK(1)', 'x;\' "=HYPERLINK(1)'],
    ['x;=1&', "x;'=1&"],
    ['x\r\n-2+3+cmd|1', "x\r\n'-2+3+cmd|1"],
  ])('guards inside %j', (text, guarded) => {
    expect(parseCsv(csvLine(columns, { a: text, n: null, b: null, t: null }))[0]?.[0]?.text).toBe(guarded);
  });

  test.each([['thanks ;-) bye'], ['did:\n- call back\n- send mail'], ['a;b;-1'], ['x;(=1)']])(
    'leaves %j alone inside',
    (text) => {
      expect(parseCsv(csvLine(columns, { a: text, n: null, b: null, t: null }))[0]?.[0]?.text).toBe(text);
    },
  );

  test('takes no longer for a text made to be slow', () => {
    const startedMs = performance.now();
    for (const text of [
      '\n'.repeat(1_000_000),
      `;${' '.repeat(1_000_000)}`,
      ';-'.repeat(500_000),
      `;-${'x'.repeat(1_000_000)}`,
    ])
      csvLine(columns, { a: text, n: null, b: null, t: null });
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  test.each([['a=b'], ['1-2'], ["'=1"], ['"=1"'], ['_=1']])('leaves %j alone', (text) => {
    expect(parseCsv(csvLine(columns, { a: text, n: null, b: null, t: null }))[0]?.[0]?.text).toBe(text);
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY]])('refuses the number %d', (n) => {
    expect(() => csvLine(columns, { a: null, n, b: null, t: null })).toThrow(/column n /u);
  });
});

test('csvHeader starts with a byte order mark, in UTF-8 too, and ends with CRLF', () => {
  const header = csvHeader(columns);
  expect([...Buffer.from(header, 'utf8').subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(header.slice(1)).toBe('"a","n","b","t"\r\n');
});
