/**
 * Standard base64 from what callers send: line breaks, the URL-safe alphabet and missing padding are common in the wild.
 * Undefined for what is no base64, or nothing at all. https://www.rfc-editor.org/rfc/rfc4648
 */
export function standardBase64(text: string): string | undefined {
  const compact = /[\s_-]/.test(text) ? text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/') : text;
  const bare = compact.replace(/={1,2}$/, '');
  if (bare === '' || bare.length % 4 === 1 || bare.includes('=') || !isAllKnown(bare)) return undefined;
  return bare.length % 4 === 0 ? bare : bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
}

/** A multiple of 4, so that every piece is base64 by itself. */
const pieceLength = 1 << 20;
const decoded = Buffer.alloc((pieceLength / 4) * 3);

/** The decoder leaves out what it does not know: what has its full length was known. Faster than to look at each. */
function isAllKnown(text: string): boolean {
  for (let at = 0; at < text.length; at += pieceLength) {
    const piece = text.slice(at, at + pieceLength);
    if (decoded.write(piece, 'base64') !== (piece.length * 3) >> 2) return false;
  }
  return true;
}
