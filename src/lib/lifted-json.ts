/**
 * JSON bodies with pictures in them. To parse 20 MB of base64 and to write it again takes a hundred milliseconds, and
 * nobody looks at it meanwhile. So the middle of such a string is lifted out of the bytes first, with a short token in
 * its place; what is made of the rest is written as ever, and the bytes, never copied, are put where the token stands.
 *
 * A token is valid base64 with as many characters over a multiple of four as what it stands for, and the string's first
 * and last characters stay: so it reads, is checked and is refused as the whole would be. It is random and belongs to one
 * body: nobody can write it into a request before it is made.
 */
import { randomBytes } from 'node:crypto';
import { isBase64Text } from './base64.ts';
import { type JsonScan, scanJson } from './json.ts';

export interface LiftedString {
  readonly token: string;
  readonly bytes: Buffer;
}

export interface LiftedJson {
  /** The body with tokens in it. */
  readonly scan: JsonScan;
  readonly strings: readonly LiftedString[];
}

/** Stays in front: a data URI's prefix and what tells a picture's format. */
const headBytes = 256;
/** Stays behind: padding. */
const tailBytes = 8;
/** A multiple of 3, so that it has no padding as base64. 2^192 cannot be guessed. */
const tokenBytes = 24;
const bytesPerTurn = 4 * 1024 * 1024;

/**
 * Lifts all long strings that are plain base64, as they are or behind a data URI's prefix. Undefined where there is none.
 * `turn` lets others have theirs.
 */
export async function liftBase64(
  { body, longStrings }: JsonScan,
  rawKeys: readonly string[],
  turn: () => Promise<void>,
): Promise<LiftedJson | undefined> {
  const strings: LiftedString[] = [];
  const pieces: Buffer[] = [];
  let from = 0;
  for (let i = 0; i < longStrings.length; i += 2) {
    const start = (longStrings[i] as number) + headBytes;
    const end = start + ((((longStrings[i + 1] as number) - tailBytes - start) >> 2) << 2);
    // An escape must not be cut in two.
    const isCut = body.subarray(start - headBytes, start).includes(BACKSLASH);
    const bytes = body.subarray(start, end);
    if (isCut || !(await isBase64InTurns(bytes, turn))) continue;
    const token = randomBytes(tokenBytes).toString('base64');
    strings.push({ token, bytes });
    pieces.push(body.subarray(from, start), Buffer.from(token));
    from = end;
  }
  if (strings.length === 0) return undefined;
  return { scan: scanJson(Buffer.concat([...pieces, body.subarray(from)]), rawKeys), strings };
}

async function isBase64InTurns(bytes: Buffer, turn: () => Promise<void>): Promise<boolean> {
  for (let at = 0; at < bytes.length; at += bytesPerTurn) {
    if (at > 0) await turn();
    if (!isBase64Text(bytes.subarray(at, at + bytesPerTurn))) return false;
  }
  return true;
}

/**
 * JSON in which every token stands once, with what was lifted back in its place: side by side the pieces are the whole.
 * Undefined where a token is missing or stands twice: then somebody has looked at it, or left it out.
 */
export function putBack(json: Buffer, strings: readonly LiftedString[]): Buffer[] | undefined {
  const places: { at: number; lifted: LiftedString }[] = [];
  for (const lifted of strings) {
    const at = json.indexOf(lifted.token);
    if (at === -1 || json.includes(lifted.token, at + 1)) return undefined;
    places.push({ at, lifted });
  }
  places.sort((a, b) => a.at - b.at);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { at, lifted } of places) {
    pieces.push(json.subarray(from, at), lifted.bytes);
    from = at + lifted.token.length;
  }
  return [...pieces, json.subarray(from)];
}

const BACKSLASH = 92;
