/** How a stream is cut into frames on the wire. A frame is an event's name and its data, whatever lies around them. */
import { SseParser } from '../lib/sse.ts';

/** `data` is undefined for a frame without data (a comment). `raw`: all bytes of the frame, laid end to end the stream. */
export type OnFrame = (event: string, data: Buffer | undefined, raw: Buffer) => void;

export interface FrameParser {
  /** Throws when a frame is too large or broken. */
  push(chunk: Buffer): void;
  /** The body ended: what is left may be a frame that lacks only its end. */
  end(): void;
}

export interface Framing {
  readonly contentType: string;
  parser(onFrame: OnFrame): FrameParser;
  /**
   * Whether a body that begins with these bytes (at least one) is a stream, and no JSON or error page. Undefined: they say
   * nothing yet, and mean nothing to either.
   */
  isStream(first: Buffer): boolean | undefined;
  /** A frame that came at the end of a body, as a caller can read it; undefined when it was cut in the middle. */
  closed(data: Buffer | undefined, raw: Buffer): Buffer | undefined;
}

/** Server-sent events. */
export const sseFraming: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  parser: (onFrame) => new SseParser(onFrame),
  isStream: (first) => {
    const byte = first.find((candidate) => candidate > SPACE);
    return byte === undefined ? undefined : !isJsonOrMarkup(byte);
  },
  closed: (data, raw) => (isWholeData(data) ? terminated(raw) : undefined),
};

const LF = 10;
const SPACE = 32;

/** `{`, `[` or `<`. */
function isJsonOrMarkup(byte: number): boolean {
  return byte === 123 || byte === 91 || byte === 60;
}

/** Whether the data of a stream's last frame, which has no blank line, is all there: JSON, or an end mark. */
function isWholeData(data: Buffer | undefined): boolean {
  const text = data?.toString('utf8').trim() ?? '';
  if (text === '[DONE]') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** With the blank line that makes it a frame for the caller's parser. Behind a CR the first LF only ends the line. */
function terminated(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.from(bytes.at(-1) === LF ? '\n' : '\n\n')]);
}
