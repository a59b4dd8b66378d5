/** A request's body on its way to a provider: the caller's own bytes with a few of ours between them. */
import { Readable } from 'node:stream';

/** Side by side they are the body. */
export type BodyPieces = readonly Buffer[];

/** Below this one copy costs less than a stream. */
const largeBytes = 1024 * 1024;

export function wholeBody(pieces: BodyPieces): Buffer {
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

export interface SentBody {
  readonly body: Buffer | Readable;
  /** What the body needs said of it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The body as undici takes it. A large one is not copied first: the copy would hold up others for milliseconds. */
export function sentBody(pieces: BodyPieces): SentBody {
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  if (pieces.length === 1 || bytes < largeBytes) return { body: wholeBody(pieces), headers: {} };
  const body = Readable.from(pieces, { objectMode: false });
  // The handler of the request is told. This is for when undici has stopped listening, and must not end the process.
  body.on('error', () => {});
  return { body, headers: { 'content-length': String(bytes) } };
}
