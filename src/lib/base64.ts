/**
 * Standard base64 from what callers send: line breaks, the URL-safe alphabet and missing padding are common in the wild.
 * Undefined for what is no base64, or nothing at all. https://www.rfc-editor.org/rfc/rfc4648
 */
export function standardBase64(text: string): string | undefined {
  const compact = /[\s_-]/.test(text) ? text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/') : text;
  const bare = compact.replace(/={1,2}$/, '');
  // The decoder leaves out what it does not know, so an answer of the full length has known it all. Faster than to look.
  const isWhole = bare !== '' && bare.length % 4 !== 1 && Buffer.from(bare, 'base64').length === (bare.length * 3) >> 2;
  if (!isWhole || bare.includes('=')) return undefined;
  return bare.length % 4 === 0 ? bare : bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
}
