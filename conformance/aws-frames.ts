/** Messages of an AWS event stream. https://smithy.io/2.0/aws/amazon-eventstream.html */
import { crc32 } from 'node:zlib';
import type { WireEvent } from './question.ts';

const overheadBytes = 16;
const preludeBytes = 12;
/** The type of a header whose value is text. */
const textType = 7;

/** Whole messages only; one that is not what its checksum says is told as an error. */
export function parseAwsFrames(bytes: Buffer): WireEvent[] {
  const events: WireEvent[] = [];
  let at = 0;
  while (at + overheadBytes <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    if (length < overheadBytes || at + length > bytes.length) break;
    events.push(readFrame(bytes.subarray(at, at + length)));
    at += length;
  }
  return events;
}

function readFrame(frame: Buffer): WireEvent {
  if (crc32(frame.subarray(0, -4)) !== frame.readUInt32BE(frame.length - 4))
    return { event: 'exception', data: '{"message":"a message has a wrong checksum"}' };
  const headersEnd = preludeBytes + frame.readUInt32BE(4);
  const headers = readHeaders(frame.subarray(preludeBytes, headersEnd));
  const data = frame.subarray(headersEnd, -4).toString('utf8');
  const isEvent = headers.get(':message-type') === 'event';
  return { event: isEvent ? (headers.get(':event-type') ?? '') : 'exception', data };
}

function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    if (bytes[nameEnd] !== textType) break;
    const valueStart = nameEnd + 3;
    const valueEnd = valueStart + bytes.readUInt16BE(nameEnd + 1);
    headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', valueStart, valueEnd));
    at = valueEnd;
  }
  return headers;
}
