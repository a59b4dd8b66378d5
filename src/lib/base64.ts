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

/** A multiple of 4, so that every piece is base64 by itself; as short strings the pieces cost no new memory. */
const pieceLength = 1 << 16;
const decoded = Buffer.alloc((pieceLength / 4) * 3);

/** The decoder leaves out what it does not know: what has its full length was known. Faster than to look at each. */
function isAllKnown(text: string): boolean {
  for (let at = 0; at < text.length; at += pieceLength) {
    if (!isKnown(text.slice(at, at + pieceLength))) return false;
  }
  return true;
}

function isKnown(piece: string): boolean {
  return decoded.write(piece, 'base64') === (piece.length * 3) >> 2;
}

/** Whether these bytes are characters of standard base64 and nothing else, and end with a whole group of four. */
export function isBase64Text(bytes: Buffer): boolean {
  if (bytes.length % 4 !== 0) return false;
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const piece = bytes.subarray(at, at + pieceLength);
    if (piece.includes(MINUS) || piece.includes(UNDERSCORE) || !isKnown(piece.toString('latin1'))) return false;
  }
  return true;
}

/** The decoder knows the URL-safe alphabet too. */
const MINUS = 45;
const UNDERSCORE = 95;
