// Single pages out of the one drawing that the compiler makes of a whole document: each a drawing of its own, with the
// glyphs that stand on it and no others. Owns what is known of that drawing's form (typst-ts 0.7: each page is a path, its
// paper, and a group below it; glyphs are outlines, so no text of the data is in it as text). Pure.

const paperMark = '\n    <path class="typst-shape"';
const groupMark = '\n    <g';
const groupEnd = '\n    </g>';

// The definitions stand behind the pages, one element a glyph, clip or gradient.
const definition = /\n {8}<(\w+) id="([^"]+)"[\s\S]*?\n {8}<\/\1>/gu;

/** What a picture needs no more: indentation, names of classes, what is the default. */
const shrink = (text: string): string =>
  text.replace(/\n\s+/gu, '\n').replaceAll(/ class="[^"]*"| fill-rule="nonzero"/gu, '');

/**
 * The pages from `first` (1 is the first) as SVG documents of their own, at most `count`. Throws when the drawing does not
 * have `pageCount` pages: it is then not of the form that is known here.
 */
export const cutPages = (svg: string, pageCount: number, first: number, count: number): string[] => {
  const found: { paper: string; body: string }[] = [];
  let at = svg.indexOf(paperMark);
  let pages = 0;
  let end = 0;
  while (at >= 0) {
    const group = svg.indexOf(groupMark, at);
    end = svg.indexOf(groupEnd, group) + groupEnd.length;
    if (group < 0 || end < groupEnd.length) break;
    pages += 1;
    if (pages >= first && pages < first + count)
      found.push({
        paper: svg.slice(at, group),
        body: svg.slice(svg.indexOf('>', group) + 1, end - groupEnd.length),
      });
    at = svg.indexOf(paperMark, end);
  }
  if (pages !== pageCount) throw new Error(`a drawing of ${pages} pages, not ${pageCount}`);
  const definitions = new Map([...svg.slice(end).matchAll(definition)].map(([text, , id = '']) => [id, text]));
  return found.map(({ paper, body }) => {
    const [, height = '0', width = '0'] = /v ([\d.]+) h ([\d.]+)/u.exec(paper) ?? [];
    const names = new Map<string, string>();
    const short = (id: string): string => {
      const name = names.get(id) ?? names.size.toString(36);
      names.set(id, name);
      return `i${name}`;
    };
    const drawn = shrink(body).replace(
      /xlink:href="#([^"]+)"|url\(#([^)]+)\)/gu,
      (_whole, glyph?: string, other = '') =>
        glyph === undefined ? `url(#${short(other)})` : `href="#${short(glyph)}"`,
    );
    const used = [...names.keys()].map((id) =>
      shrink(definitions.get(id) ?? '').replace(`id="${id}"`, `id="${short(id)}"`),
    );
    return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}pt" height="${height}pt" viewBox="0 0 ${width} ${height}">${shrink(paper)}<g>${drawn}</g><defs>${used.join('')}</defs></svg>`;
  });
};
