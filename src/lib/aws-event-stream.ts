/**
 * The binary event stream of AWS, cut from bytes as they arrive, and written. Any split of the same bytes gives the same
 * messages. https://smithy.io/2.0/aws/amazon-eventstream.html
 *
 * A message: total length and header length (4 bytes each, big-endian), a CRC32 of these eight bytes, headers, payload,
 * and a CRC32 of everything before it. A message's `raw` is all of its bytes, so that the messages of a stream, laid end
 * to end, are the stream.
 */
import { crc32 } from 'node:zlib';

export interface AwsMessage {
  /** Headers whose value is text, by name (`:event-type`); the other types are passed over. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Buffer;
  /** Views that stay valid: bytes that were shown are never written again. */
  readonly raw: Buffer;
}

/**
 * No message is larger: the first byte of every one is 0, and no stream can ask for more memory than this.
 * The format's own limits are a payload of 16 MiB and headers of 128 KiB.
 */
export const awsMessageBytesMax = 0xff_ff_ff;

const preludeBytes = 12;
const messageBytesMin = preludeBytes + 4;

export class AwsEventStreamBroken extends Error {
  override readonly name = 'AwsEventStreamBroken';
}

export class AwsEventStreamParser {
  readonly #onMessage: (message: AwsMessage) => void;
  readonly #bytesMax: number;
  /** The message that is coming: its prelude, then all of it. */
  #held: Buffer = Buffer.allocUnsafeSlow(preludeBytes);
  #heldBytes = 0;

  constructor(onMessage: (message: AwsMessage) => void, bytesMax: number = awsMessageBytesMax) {
    this.#onMessage = onMessage;
    this.#bytesMax = Math.min(bytesMax, awsMessageBytesMax);
  }

  /** Whether the bytes so far end inside a message. */
  get isInside(): boolean {
    return this.#heldBytes > 0;
  }

  /** Throws AwsEventStreamBroken when a message is too large, contradicts its checksums, or has broken headers. */
  push(chunk: Buffer): void {
    let rest = this.#heldBytes === 0 ? chunk : this.#fill(chunk);
    while (rest.length >= preludeBytes) {
      const length = this.#lengthOf(rest);
      if (rest.length < length) break;
      this.#onMessage(readMessage(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
    if (rest.length > 0) this.#hold(rest);
  }

  /** Adds to the message that is held; returns what lies behind it, or nothing while it is not whole. */
  #fill(chunk: Buffer): Buffer {
    let from = 0;
    if (this.#heldBytes < preludeBytes) {
      from = this.#take(chunk, 0, preludeBytes);
      if (this.#heldBytes < preludeBytes) return empty;
      this.#grow(this.#lengthOf(this.#held.subarray(0, preludeBytes)));
    }
    from = this.#take(chunk, from, this.#held.length);
    if (this.#heldBytes < this.#held.length) return empty;
    const message = this.#held;
    this.#held = Buffer.allocUnsafeSlow(preludeBytes);
    this.#heldBytes = 0;
    this.#onMessage(readMessage(message));
    return chunk.subarray(from);
  }

  #take(chunk: Buffer, from: number, upTo: number): number {
    const taken = chunk.copy(this.#held, this.#heldBytes, from, Math.min(chunk.length, from + upTo - this.#heldBytes));
    this.#heldBytes += taken;
    return from + taken;
  }

  #hold(rest: Buffer): void {
    const length = rest.length < preludeBytes ? preludeBytes : this.#lengthOf(rest);
    this.#held = Buffer.allocUnsafeSlow(length);
    this.#heldBytes = rest.copy(this.#held);
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(length);
    this.#held.copy(grown, 0, 0, this.#heldBytes);
    this.#held = grown;
  }

  /** The length that a prelude says, once its checksum proves that it is one. */
  #lengthOf(bytes: Buffer): number {
    const length = bytes.readUInt32BE(0);
    if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) throw broken('the checksum of a prelude is wrong');
    if (length > this.#bytesMax) throw broken(`a message of ${length} bytes is larger than ${this.#bytesMax}`);
    if (length < messageBytesMin + bytes.readUInt32BE(4)) throw broken('a message is shorter than its headers');
    return length;
  }
}

const empty = Buffer.alloc(0);

function broken(what: string): AwsEventStreamBroken {
  return new AwsEventStreamBroken(`the event stream is broken: ${what}`);
}

/** `raw` is one whole message whose prelude was checked. */
function readMessage(raw: Buffer): AwsMessage {
  const end = raw.length - 4;
  if (crc32(raw.subarray(0, end)) !== raw.readUInt32BE(end)) throw broken('the checksum of a message is wrong');
  const headersEnd = preludeBytes + raw.readUInt32BE(4);
  const headers = readHeaders(raw.subarray(preludeBytes, headersEnd));
  return { headers, payload: raw.subarray(headersEnd, end), raw };
}

/** Bytes of a header's value by its type; -1: a length of two bytes stands before it. */
const valueBytes = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];
const textType = 7;

function readHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw broken('a header is cut off');
    at += count;
    return bytes.subarray(at - count, at);
  };
  while (at < bytes.length) {
    const name = take(take(1).readUInt8()).toString('utf8');
    const type = take(1).readUInt8();
    const fixed = valueBytes[type];
    if (fixed === undefined) throw broken(`a header has the unknown type ${type}`);
    const value = take(fixed === -1 ? take(2).readUInt16BE() : fixed);
    if (type === textType) headers.set(name, value.toString('utf8'));
  }
  return headers;
}

/** One message. Throws RangeError when a name or a value is longer than the format can say. */
export function encodeAwsMessage(headers: Readonly<Record<string, string>>, payload: Buffer): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const message = Buffer.allocUnsafeSlow(messageBytesMin + head.length + payload.length);
  if (message.length > awsMessageBytesMax) throw new RangeError('a message is too large for an event stream');
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  head.copy(message, preludeBytes);
  payload.copy(message, preludeBytes + head.length);
  const end = message.length - 4;
  message.writeUInt32BE(crc32(message.subarray(0, end)), end);
  return message;
}

function encodeHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name);
  const valueText = Buffer.from(value);
  const header = Buffer.allocUnsafe(4 + nameBytes.length + valueText.length);
  header.writeUInt8(nameBytes.length, 0);
  nameBytes.copy(header, 1);
  header.writeUInt8(textType, 1 + nameBytes.length);
  header.writeUInt16BE(valueText.length, 2 + nameBytes.length);
  valueText.copy(header, 4 + nameBytes.length);
  return header;
}
