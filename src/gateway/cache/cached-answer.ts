/** An answer that is kept, with what a hit must know of the request that made it. */

export interface CachedAnswer {
  readonly organizationId: string;
  /** Of the request that was sent to a provider. */
  readonly requestId: string;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  /** What its customer was charged: decimal text. */
  readonly chargeNanoUsd: string;
  readonly servedModel: string | undefined;
  /** Fields that translation dropped. */
  readonly dropped: readonly string[];
  readonly streamed: boolean;
  readonly contentType: string | undefined;
  /** As they were written to the first caller. */
  readonly pieces: readonly Buffer[];
}

/** Beside its pieces: names, numbers, and what the map takes. */
const entryBytes = 1_024;
const pieceBytes = 100;

/** What it takes in memory. */
export function bytesOf({ pieces }: CachedAnswer): number {
  return pieces.reduce((sum, piece) => sum + piece.length + pieceBytes, entryBytes);
}

/** Everything but the pieces as a line of JSON, then the pieces. */
export function packAnswer({ pieces, ...head }: CachedAnswer): Buffer {
  const line = JSON.stringify({ ...head, lengths: pieces.map(({ length }) => length) });
  return Buffer.concat([Buffer.from(`${line}\n`), ...pieces]);
}

/** Throws where it was not packed by `packAnswer`. */
export function unpackAnswer(packed: Buffer): CachedAnswer {
  const end = packed.indexOf('\n');
  const { lengths, ...head } = JSON.parse(packed.toString('utf8', 0, end)) as CachedAnswer & { lengths: number[] };
  return { ...head, pieces: cutPieces(packed.subarray(end + 1), lengths) };
}

export function cutPieces(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] {
  let at = 0;
  return lengths.map((length) => {
    const piece = bytes.subarray(at, at + length);
    at += length;
    return piece;
  });
}
