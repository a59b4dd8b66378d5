/** AWS event streams, written and read by hand. https://smithy.io/2.0/aws/amazon-eventstream.html */
import { crc32 } from 'node:zlib';

export interface Message {
  /** `:event-type` or `:exception-type`. */
  readonly type: string;
  readonly isException: boolean;
  readonly body: Record<string, unknown>;
}

export function encode({ type, isException, body }: Message): Buffer {
  const headers = Buffer.concat([
    header(isException ? ':exception-type' : ':event-type', type),
    header(':content-type', 'application/json'),
    header(':message-type', isException ? 'exception' : 'event'),
  ]);
  const payload = Buffer.from(JSON.stringify(body));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const start = Buffer.concat([prelude, sum(prelude), headers, payload]);
  return Buffer.concat([start, sum(start)]);
}

/** A text header: the name's length, the name, 7 for a string, its length, the string. */
function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
}

function sum(bytes: Buffer): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32(bytes));
  return four;
}

/** Throws for a checksum that is wrong. */
export function decode(stream: Buffer): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = stream.readUInt32BE(at);
    const message = stream.subarray(at, at + length);
    if (message.length < length || message.readUInt32BE(length - 4) !== crc32(message.subarray(0, length - 4)))
      throw new Error(`a broken message at byte ${at}`);
    const headersEnd = 12 + message.readUInt32BE(4);
    const headers = readHeaders(message.subarray(12, headersEnd));
    messages.push({
      type: headers[':event-type'] ?? headers[':exception-type'] ?? '',
      isException: headers[':message-type'] !== 'event',
      body: JSON.parse(message.toString('utf8', headersEnd, length - 4)) as Record<string, unknown>,
    });
    at += length;
  }
  return messages;
}

function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const end = nameEnd + 3 + bytes.readUInt16BE(nameEnd + 1);
    headers[bytes.toString('utf8', at + 1, nameEnd)] = bytes.toString('utf8', nameEnd + 3, end);
    at = end;
  }
  return headers;
}
