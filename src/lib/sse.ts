/**
 * Server-sent events, cut from bytes as they arrive. Any split of the same bytes gives the same frames.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 *
 * A frame's `raw` is every byte from the end of the frame before it to the end of its own blank line, so that the
 * frames of a stream, laid end to end, are the stream: a relay forwards `raw` and reads `data` on the side.
 */

/**
 * `data` is undefined for a frame without a data field (a comment). Both buffers are views that stay valid: bytes that
 * were shown to a caller are never written again.
 */
export type OnSseFrame = (event: string, data: Buffer | undefined, raw: Buffer) => void;

const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;

/** The largest single event that is taken; images in base64 are the largest real ones. */
export const sseFrameBytesMax = 8 * 1024 * 1024;

export class SseFrameTooLarge extends Error {
  override readonly name = 'SseFrameTooLarge';
}

export class SseParser {
  readonly #onFrame: OnSseFrame;
  readonly #bytesMax: number;
  /** Bytes of the frame that is not complete yet, and how far they were searched. */
  #held: Buffer = Buffer.alloc(0);
  #heldBytes = 0;
  #searched = 0;
  #lineStart = 0;

  constructor(onFrame: OnSseFrame, bytesMax: number = sseFrameBytesMax) {
    this.#onFrame = onFrame;
    this.#bytesMax = bytesMax;
  }

  /** Throws SseFrameTooLarge when a frame outgrows the limit. */
  push(chunk: Buffer): void {
    const bytes = this.#heldBytes === 0 ? chunk : this.#hold(chunk);
    const rest = this.#cut(bytes);
    this.#keep(bytes, rest);
  }

  /** The stream ended: a last frame without its blank line still counts. */
  end(): void {
    if (this.#heldBytes === 0) return;
    const raw = this.#held.subarray(0, this.#heldBytes);
    this.#held = Buffer.alloc(0);
    this.#heldBytes = 0;
    this.#searched = 0;
    this.#lineStart = 0;
    this.#emit(raw);
  }

  /** Emits every complete frame; returns where the incomplete one starts. */
  #cut(bytes: Buffer): number {
    let frameStart = 0;
    let lineStart = this.#lineStart;
    let at = this.#searched;
    while (at < bytes.length) {
      const end = nextLineEnd(bytes, at);
      if (end === -1) {
        at = bytes.length;
        break;
      }
      // A CR at the very end may be half of CRLF: wait for the next byte, or the split would make two lines of one.
      if (bytes[end] === CR && end + 1 === bytes.length) {
        at = end;
        break;
      }
      const next = bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : end + 1;
      if (end === lineStart) {
        this.#emit(bytes.subarray(frameStart, next));
        frameStart = next;
      }
      lineStart = next;
      at = next;
    }
    this.#searched = at - frameStart;
    this.#lineStart = lineStart - frameStart;
    return frameStart;
  }

  #keep(bytes: Buffer, from: number): void {
    const rest = bytes.length - from;
    if (rest > this.#bytesMax) throw new SseFrameTooLarge(`a server-sent event is larger than ${this.#bytesMax} bytes`);
    // Frames were cut from what was held: their views keep it, so the rest moves to a buffer of its own.
    const shown = from > 0 || this.#heldBytes === 0;
    if (shown && rest > 0) {
      this.#held = Buffer.allocUnsafeSlow(Math.max(rest * 2, 1024));
      bytes.copy(this.#held, 0, from);
    }
    this.#heldBytes = rest;
  }

  /** Appends to what is held, doubling, so that a long line in many pieces costs linear time. */
  #hold(chunk: Buffer): Buffer {
    const total = this.#heldBytes + chunk.length;
    if (this.#held.length < total) {
      const grown = Buffer.allocUnsafeSlow(Math.max(total, this.#held.length * 2));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#heldBytes);
    return this.#held.subarray(0, total);
  }

  #emit(raw: Buffer): void {
    let event = '';
    let data: Buffer | undefined;
    let more: Buffer[] | undefined;
    let at = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
    while (at < raw.length) {
      let end = nextLineEnd(raw, at);
      if (end === -1) end = raw.length;
      const colon = raw.indexOf(COLON, at);
      const nameEnd = colon === -1 || colon > end ? end : colon;
      const valueAt = Math.min(end, raw[nameEnd + 1] === SPACE ? nameEnd + 2 : nameEnd + 1);
      if (isName(raw, at, nameEnd, 'data')) {
        const value = raw.subarray(valueAt, end);
        if (data === undefined) data = value;
        else more = [...(more ?? []), value];
      } else if (isName(raw, at, nameEnd, 'event')) {
        event = raw.toString('utf8', valueAt, end);
      }
      at = raw[end] === CR && raw[end + 1] === LF ? end + 2 : end + 1;
    }
    if (data !== undefined && more !== undefined) data = joinLines(data, more);
    this.#onFrame(event, data, raw);
  }
}

function nextLineEnd(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf(LF, from);
  const stop = lf === -1 ? bytes.length : lf;
  const cr = bytes.subarray(from, stop).indexOf(CR);
  return cr === -1 ? lf : from + cr;
}

function isName(bytes: Buffer, from: number, to: number, name: string): boolean {
  if (to - from !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name.charCodeAt(i)) return false;
  return true;
}

function joinLines(first: Buffer, more: readonly Buffer[]): Buffer {
  const newline = Buffer.from('\n');
  return Buffer.concat([first, ...more.flatMap((line) => [newline, line])]);
}
