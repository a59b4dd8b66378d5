/** Cuts recorded streams into frames, independently of the product. */
import { asObject, readObject } from '../validators/sse-events.ts';
import type { Wire } from './corpus.ts';

/** Every byte of the stream, in order; each frame ends with its blank line. The last may lack it. */
export function framesOf(body: Buffer): readonly Buffer[] {
  // One byte to a character.
  const frames = body.toString('latin1').match(/.*?(?:\r\n\r\n|\n\n)|.+$/gs) ?? [];
  return frames.map((frame) => Buffer.from(frame, 'latin1'));
}

/** The same stream as a server writes it that ends its lines with CRLF. */
export function withCrlf(body: Buffer): Buffer {
  return Buffer.from(body.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

/** The data of one frame; undefined when it has none. */
export function dataOf(frame: Buffer): string | undefined {
  const lines = frame.toString('utf8').split(/\r?\n/);
  const data = lines.flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trim()] : []));
  return data.length === 0 ? undefined : data.join('\n');
}

/** A frame that has nothing but the usage: no choice, and counts. */
export function isUsageOnly(frame: Buffer): boolean {
  const chunk = readObject(dataOf(frame));
  return asObject(chunk?.usage) !== undefined && Array.isArray(chunk?.choices) && chunk.choices.length === 0;
}

export function isError(frame: Buffer): boolean {
  return readObject(dataOf(frame))?.error !== undefined;
}

/** Whether a frame says that the answer is whole: a finish reason or `[DONE]`; `message_stop`. */
export function isEndMark(wire: Wire, frame: Buffer): boolean {
  const data = dataOf(frame);
  if (data === '[DONE]') return true;
  const chunk = readObject(data);
  if (wire === 'anthropic') return chunk?.type === 'message_stop';
  const choices = Array.isArray(chunk?.choices) ? chunk.choices : [];
  return choices.some((choice) => typeof asObject(choice)?.finish_reason === 'string');
}

/** What a caller gets who relays: nothing follows an error, and usage that was not asked for is withheld. */
export function relayedBytes(body: Buffer, includeUsage: boolean): Buffer {
  const frames = framesOf(body);
  const error = frames.findIndex(isError);
  const shown = error === -1 ? frames : frames.slice(0, error + 1);
  return Buffer.concat(shown.filter((frame) => includeUsage || !isUsageOnly(frame)));
}
