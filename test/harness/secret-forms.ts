/** A secret in the ways in which programs spell things. */

const base64 = (before: string, text: string, encoding: 'base64' | 'base64url'): string =>
  Buffer.from(before + text)
    .toString(encoding)
    .replaceAll('=', '')
    // Without the characters that depend on what stands before and behind it.
    .slice(before.length === 0 ? 0 : before.length + 1, -2);

/** By the name of the form; several may be the same text. */
export function formsOf(secret: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(secret);
  return {
    plain: secret,
    'JSON-escaped': JSON.stringify(secret).slice(1, -1),
    'URL-encoded': encodeURIComponent(secret),
    'XML-escaped': secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    hexadecimal: bytes.toString('hex'),
    'upper-case hexadecimal': bytes.toString('hex').toUpperCase(),
    ...Object.fromEntries(
      (['base64', 'base64url'] as const).flatMap((encoding) =>
        ['', 'x', 'xx'].map((before) => [`${encoding}, at ${before.length}`, base64(before, secret, encoding)]),
      ),
    ),
    'the first 70 %': secret.slice(0, Math.ceil(secret.length * 0.7)),
    'the last 70 %': secret.slice(Math.floor(secret.length * 0.3)),
  };
}

/** A text without the places where lines were broken, by programs or by their escapes. */
export function joined(text: string): string {
  return text.replaceAll(/(?:\\r)?\\n[ \t]*|\r?\n[ \t]*/g, '');
}
