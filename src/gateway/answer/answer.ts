/**
 * Readers of a provider's answer. A reader is fed the bytes of one answer and tells its host what they mean: show this,
 * it ended well, it broke. It never talks to a socket.
 */
import type { LlmError } from '../../llm/error.ts';
import type { Tally } from './tally.ts';

export interface AnswerReader {
  push(chunk: Buffer): void;
  /** The body ended as the transport means it to. */
  end(): void;
  /** The transport died. */
  broken(why: string): void;
  readonly tally: Tally;
}

/** What a reader may ask of the attempt that it works for. */
export interface AnswerHost {
  /** Since the request came. */
  readonly elapsedMs: number;
  /** Shows a piece of a stream; the first one commits the answer to this target. */
  show(piece: Buffer | string): void;
  /** Shows a whole answer. */
  showWhole(body: Buffer | string, tally: Tally): void;
  /** The answer is whole and shown. Bytes may still follow; they are read for usage only. */
  complete(): void;
  /**
   * The answer is broken. Before anything was shown another target may be asked; after that the stream ends in the
   * caller's failure form, which `alreadyShown` says has been written.
   */
  fail(error: LlmError, alreadyShown?: boolean): void;
  /** Whether the provider's bytes quote the credential that it was asked with: the caller must not see them. */
  quotesCredential(bytes: Buffer): boolean;
}

export const cutShort = (why: string): LlmError => ({
  kind: 'upstream',
  message: "The provider's answer ended before it was complete.",
  code: 'stream_cut',
  internal: why,
});

/** Held bytes of an answer that has shown nothing yet: far more than any prelude needs. */
export const preludeBytesMax = 1024 * 1024;
