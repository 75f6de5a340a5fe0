// Pure: how text is made comparable. The search text, the query, the fields of the index and the highlights all use this
// one folding, so that what one finds the other finds. Imports nothing.

// Voicing marks make another letter in Japanese; every other mark is an accent here.
const accents = /[^\P{M}\u3099\u309a]/gu;
const unsearchable = /[^\p{L}\p{N}]+/gu;
const ascii = /^\p{ASCII}*$/u;
/** A letter of a script that is written without spaces: each is a word of its own, and a run of them is a phrase. */
const spaceless = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const eachSpaceless = new RegExp(spaceless.source, 'gu');

/** Without case, accents and width: “Ångström” and “ÅNGSTROM” are one, so are “Straße” and “STRASSE”. */
export const fold = (text: string): string =>
  ascii.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replace(accents, '')
        .normalize('NFC')
        .toLowerCase()
        .replaceAll('ß', 'ss')
        .replaceAll('ς', 'σ');

/** The words of a text, folded: runs of letters and digits, and each letter of a script without spaces. */
export const tokensOf = (text: string): string[] =>
  fold(text)
    .replace(unsearchable, ' ')
    .replace(eachSpaceless, ' $& ')
    .split(' ')
    .filter((token) => token !== '');

/** The text as the full-text index takes it: that index then splits it exactly into `tokensOf`. */
export const toIndexedText = (text: string): string => (ascii.test(text) ? text : tokensOf(text).join(' '));

export const hasSpaceless = (text: string): boolean => spaceless.test(text);

/** A folded word and where it stands in the text it was made from: characters `from` up to `to`. */
export type PlacedToken = { word: string; from: number; to: number };

/** As tokensOf, with places. A letter goes with the marks behind it. */
export const placeTokens = (text: string): PlacedToken[] => {
  const tokens: PlacedToken[] = [];
  if (ascii.test(text)) {
    for (const { 0: word, index } of text.matchAll(/[A-Za-z0-9]+/g))
      tokens.push({ word: word.toLowerCase(), from: index, to: index + word.length });
    return tokens;
  }
  let open: PlacedToken | null = null;
  for (const { 0: cluster, index } of text.matchAll(/\P{M}\p{M}*|\p{M}+/gu)) {
    const letters = fold(cluster).replace(unsearchable, '');
    const to = index + cluster.length;
    if (letters === '') open = null;
    else if (spaceless.test(letters)) {
      tokens.push({ word: letters, from: index, to });
      open = null;
    } else if (open) {
      open.word += letters;
      open.to = to;
    } else {
      open = { word: letters, from: index, to };
      tokens.push(open);
    }
  }
  return tokens;
};

/** An id in any spelling: letters and digits alone. */
export const foldId = (text: string): string => fold(text).replace(unsearchable, '');

/** A telephone number in any spelling: its digits, without the bracketed trunk zero and the international 00. */
export const foldPhone = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\(\s*0\s*\)/g, '')
    .replace(/\D/g, '')
    .replace(/^00/, '');
