/**
 * Frames: how records lie in a segment. Length of the payload and its CRC-32 (u32 little-endian each), then the payload,
 * one JSON object.
 *
 * Half a frame, a flipped bit or a run of zeros never reads as a record. What a caller wrote cannot pose as a frame
 * either: a length below `payloadBytesMax` has a zero byte in it, and JSON text has none.
 */
import { crc32 } from 'node:zlib';
import type { JournalRecord, OpeningRecord } from './record.ts';

export const frameHeaderBytes = 8;
/** A record holds no prompt and no answer; the real ones are a few kilobytes. */
export const payloadBytesMax = 4 * 1024 * 1024;

const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

export interface FrameVisitor {
  /** `end` is the offset behind the frame. Return false to stop there. */
  frame(payload: Buffer, end: number): boolean;
  /** Bytes that are no frame, with a valid frame behind them. */
  gap(start: number, end: number): void;
}

/** Writes a frame at `at`, where 8 bytes and three for each UTF-16 unit of `json` are free; returns the offset behind it. */
export function writeFrame(bytes: Buffer, at: number, json: string): number {
  const start = at + frameHeaderBytes;
  const length = bytes.write(json, start, 'utf8');
  bytes.writeUInt32LE(length, at);
  bytes.writeUInt32LE(crc32(bytes.subarray(start, start + length)), at + 4);
  return start + length;
}

/**
 * Visits every valid frame from `from` on. Returns where it stopped: behind the last valid frame; what remains of `bytes`
 * then is a torn tail.
 */
export function scanFrames(bytes: Buffer, from: number, visitor: FrameVisitor): number {
  let at = from;
  while (at < bytes.length) {
    const end = frameEnd(bytes, at);
    if (end === -1) {
      const next = nextFrame(bytes, at + 1);
      if (next === -1) return at;
      visitor.gap(at, next);
      at = next;
      continue;
    }
    const payload = bytes.subarray(at + frameHeaderBytes, end);
    at = end;
    if (!visitor.frame(payload, end)) return at;
  }
  return at;
}

/** The record in a payload; undefined when it is none that this version knows. */
export function parseRecord(payload: Buffer): JournalRecord | OpeningRecord | undefined {
  try {
    const value = JSON.parse(payload.toString('utf8')) as Partial<JournalRecord | OpeningRecord> | null;
    if (typeof value?.requestId !== 'string') return undefined;
    const known = ['intent', 'attempt', 'opening', 'progress', 'settlement'].includes(value.type ?? '');
    return known ? (value as JournalRecord | OpeningRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** The end of the frame at `at`, or -1 when there is no whole one. */
function frameEnd(bytes: Buffer, at: number): number {
  const start = at + frameHeaderBytes;
  if (start > bytes.length) return -1;
  const length = bytes.readUInt32LE(at);
  const end = start + length;
  // The braces are the cheap test: they keep a search through damaged bytes from computing a checksum at each of them.
  if (length < 2 || length > payloadBytesMax || end > bytes.length) return -1;
  if (bytes[start] !== OPEN_BRACE || bytes[end - 1] !== CLOSE_BRACE) return -1;
  return crc32(bytes.subarray(start, end)) === bytes.readUInt32LE(at + 4) ? end : -1;
}

function nextFrame(bytes: Buffer, from: number): number {
  for (let at = from; at + frameHeaderBytes < bytes.length; at++) if (frameEnd(bytes, at) !== -1) return at;
  return -1;
}
