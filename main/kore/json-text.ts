// Reads JSON as the API sends it: strict where possible, and repaired where control characters stand raw inside a text
// (some answers break lines in agents' notes). Pure; imports nothing.

/** `json` is the text that was parsed, after any repair. */
export type JsonText = { value: unknown; json: string };

/** The value of a JSON text, repaired if need be; null when it is none. */
export function parseJsonText(text: string): JsonText | null {
  const strict = tryParse(text);
  if (strict !== null) return strict;
  const repaired = escapeControls(text);
  return repaired === text ? null : tryParse(repaired);
}

function tryParse(json: string): JsonText | null {
  try {
    return { value: JSON.parse(json), json };
  } catch {
    // The parser's own message quotes the text, which must not get into a log.
    return null;
  }
}

/** Writes control characters inside strings as escapes. What stands outside strings stays as it is. */
function escapeControls(json: string): string {
  let out = '';
  let copiedTo = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === 0x22) isInString = !isInString;
    else if (isInString && code === 0x5c) {
      // A backslash before a raw line break escapes nothing: the pair becomes the line break.
      if (json.charCodeAt(at + 1) < 0x20) {
        out += json.slice(copiedTo, at);
        copiedTo = at + 1;
      } else at += 1;
    } else if (isInString && code < 0x20) {
      out += `${json.slice(copiedTo, at)}\\u${code.toString(16).padStart(4, '0')}`;
      copiedTo = at + 1;
    }
  }
  return copiedTo === 0 ? json : out + json.slice(copiedTo);
}
