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
  /** A byte order mark is one at the start of the stream only. */
  #first = true;

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
    const lines = new LineEnds(bytes);
    let frameStart = 0;
    let lineStart = this.#lineStart;
    let at = this.#searched;
    while (at < bytes.length) {
      const end = lines.next(at);
      if (end === bytes.length) {
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
        this.#checkSize(next - frameStart);
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
    this.#checkSize(rest);
    // Frames were cut from what was held: their views keep it, so the rest moves to a buffer of its own.
    const shown = from > 0 || this.#heldBytes === 0;
    if (shown && rest > 0) {
      this.#held = Buffer.allocUnsafeSlow(Math.max(rest * 2, 1024));
      bytes.copy(this.#held, 0, from);
    }
    this.#heldBytes = rest;
  }

  /** Whole frames are measured too, or the limit would depend on where the stream was split. */
  #checkSize(bytes: number): void {
    if (bytes <= this.#bytesMax) return;
    // Whoever keeps the parser for what it has read does not keep the megabytes that it could not.
    this.#held = Buffer.alloc(0);
    this.#heldBytes = 0;
    throw new SseFrameTooLarge(`a server-sent event is larger than ${this.#bytesMax} bytes`);
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
    const lines = new LineEnds(raw);
    let event = '';
    let data: Buffer | undefined;
    let more: Buffer[] | undefined;
    let at = this.#first && raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
    this.#first = false;
    while (at < raw.length) {
      const end = lines.next(at);
      if (isField(raw, at, end, 'data')) {
        const value = raw.subarray(valueStart(raw, at + 4, end), end);
        if (data === undefined) data = value;
        else if (more === undefined) more = [data, value];
        else more.push(value);
      } else if (isField(raw, at, end, 'event')) {
        event = raw.toString('utf8', valueStart(raw, at + 5, end), end);
      }
      at = raw[end] === CR && raw[end + 1] === LF ? end + 2 : end + 1;
    }
    this.#onFrame(event, more === undefined ? data : joinLines(more), raw);
  }
}

/**
 * Finds line ends from left to right. The next CR and the next LF are remembered: searching for both at every line
 * would search a stream that has only one of them to its end, again and again.
 */
class LineEnds {
  readonly #bytes: Buffer;
  #lf = -1;
  #cr = -1;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The position of the next CR or LF, or the length. */
  next(from: number): number {
    if (this.#lf < from) this.#lf = this.#find(LF, from);
    if (this.#cr < from) this.#cr = this.#find(CR, from);
    return Math.min(this.#lf, this.#cr);
  }

  #find(byte: number, from: number): number {
    const at = this.#bytes.indexOf(byte, from);
    return at === -1 ? this.#bytes.length : at;
  }
}

/** `name:` or, with an empty value, `name` alone on its line. */
function isField(bytes: Buffer, from: number, end: number, name: string): boolean {
  const nameEnd = from + name.length;
  if (nameEnd > end || (nameEnd < end && bytes[nameEnd] !== COLON)) return false;
  for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name.charCodeAt(i)) return false;
  return true;
}

/** Past the colon and one space, if they are there. */
function valueStart(bytes: Buffer, nameEnd: number, end: number): number {
  return Math.min(end, bytes[nameEnd + 1] === SPACE ? nameEnd + 2 : nameEnd + 1);
}

function joinLines(lines: readonly Buffer[]): Buffer {
  const newline = Buffer.from('\n');
  return Buffer.concat(lines.flatMap((line, i) => (i === 0 ? [line] : [newline, line])));
}
