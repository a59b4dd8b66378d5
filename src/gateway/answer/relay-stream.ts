/**
 * A stream of the caller's own dialect: whole frames through as they came, watched on the side. Frames, not chunks, so
 * that a stream which is cut never leaves half a frame before the failure event. Nothing is shown until the first
 * frame with content, so that until then another target can answer instead.
 */
import type { Dialect, StreamTap } from '../../dialects/dialect.ts';
import type { FrameParser } from '../../dialects/framing.ts';
import type { RelayWatch } from '../seals/relay-watch.ts';
import { type AnswerHost, type AnswerReader, cutShort, preludeBytesMax } from './answer.ts';

export class RelayStream implements AnswerReader {
  readonly tally: StreamTap;
  readonly #host: AnswerHost;
  readonly #frames: FrameParser;
  readonly #closed: Dialect['framing']['closed'];
  readonly #withholdUsage: boolean;
  readonly #watch: RelayWatch | undefined;
  readonly #endMark: string;
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #shown = false;
  #over = false;
  /** The body has ended: a frame that comes now lacks its end. */
  #atEnd = false;

  constructor(dialect: Dialect, host: AnswerHost, withholdUsage: boolean, watch?: RelayWatch) {
    this.tally = dialect.tap();
    this.#endMark = dialect.endMark;
    this.#host = host;
    this.#withholdUsage = withholdUsage;
    this.#watch = watch;
    this.#closed = dialect.framing.closed;
    this.#frames = dialect.framing.parser((event, data, raw) => this.#frame(event, data, raw));
  }

  push(chunk: Buffer): void {
    try {
      this.#frames.push(chunk);
    } catch (error) {
      return this.#fail(error instanceof Error ? error.message : String(error));
    }
    this.#flush();
  }

  end(): void {
    this.#atEnd = true;
    try {
      this.#frames.end();
    } catch (error) {
      return this.#fail(error instanceof Error ? error.message : String(error));
    }
    this.#flush();
    this.#close('end of body');
  }

  broken(why: string): void {
    this.#close(why);
  }

  /** Nothing more will come. What lacks only its end mark gets it; callers wait for one. */
  #close(why: string): void {
    if (this.#over) return;
    if (!this.tally.complete) return this.#fail(why);
    this.#pieces.push(Buffer.from(this.#endMark));
    this.#finish();
  }

  #frame(event: string, data: Buffer | undefined, bytes: Buffer): void {
    // A frame that was cut is no frame: a caller could not parse it.
    const raw = this.#atEnd ? this.#closed(data, bytes) : bytes;
    if (raw === undefined) return;
    const kind = data === undefined ? 'prelude' : this.tally.frame(event, data);
    if (this.#over) return;
    if (kind === 'error') return this.#providerFailed(raw);
    if (data !== undefined) this.#watch?.frame(event, data);
    if (kind === 'usage-only' && this.#withholdUsage) return;
    this.#pieces.push(raw);
    this.#heldBytes += raw.length;
    if (kind === 'content' || kind === 'end') this.#shown = true;
    if (kind === 'end') this.#finish();
    else if (!this.#shown && this.#heldBytes > preludeBytesMax) this.#fail('a prelude without content');
  }

  /** Before content the provider's error is a reason to ask another; after it, the frame itself is the failure form. */
  #providerFailed(raw: Buffer): void {
    const error = this.tally.error ?? cutShort('an error frame');
    this.#over = true;
    if (!this.#shown) return this.#host.fail(error);
    const mayBeShown = !this.#host.quotesCredential(raw);
    if (mayBeShown) this.#pieces.push(raw);
    this.#write();
    this.#host.fail(error, mayBeShown);
  }

  #flush(): void {
    if (this.#shown && !this.#over) this.#write();
  }

  #write(): void {
    const pieces = this.#pieces;
    if (pieces.length === 0) return;
    this.#pieces = [];
    this.#host.show(joined(pieces));
  }

  #finish(): void {
    this.#over = true;
    this.#write();
    this.#host.complete();
  }

  #fail(why: string): void {
    this.#flush();
    this.#over = true;
    this.#host.fail(cutShort(why));
  }
}

/** Frames of one chunk lie side by side in memory: shown as one view instead of a copy. */
function joined(pieces: readonly Buffer[]): Buffer {
  const first = pieces[0] as Buffer;
  let end = first.byteOffset + first.length;
  for (let i = 1; i < pieces.length; i++) {
    const piece = pieces[i] as Buffer;
    if (piece.buffer !== first.buffer || piece.byteOffset !== end) return Buffer.concat(pieces);
    end += piece.length;
  }
  return pieces.length === 1 ? first : Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}
