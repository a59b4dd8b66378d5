/**
 * The settlements of one journal in their order, for the shipper. The youngest come from memory; those that memory had
 * no room for (Postgres was away, or a process died) are read back from the segments.
 */
import { open } from 'node:fs/promises';
import type { Log } from '../lib/log.ts';
import { frameHeaderBytes, payloadBytesMax, scanFrames } from './frames.ts';
import { isBefore, type Position } from './position.ts';
import { type Segment, segmentPath } from './segment-log.ts';

export interface SettlementBatch {
  /** Settlements as the JSON that is in the journal. Empty when it was searched up to `end` without finding any. */
  readonly rows: readonly string[];
  readonly end: Position;
}

export interface SettlementSource {
  /** The next rows, the same ones until they are acknowledged; undefined when there is nothing. One call at a time. */
  read(rowsMax: number): Promise<SettlementBatch | undefined>;
  /** These rows are in Postgres (or set aside for good). */
  acknowledge(batch: SettlementBatch): void;
}

export interface OutboxOptions {
  readonly directory: string;
  readonly log: Log;
  /** Oldest first, and as they grow. */
  readonly segments: readonly Segment[];
  readonly position: Position;
  /** Where the journal will write next: nothing behind it is missed by memory. */
  readonly head: Position;
  readonly onAcknowledged: (batch: SettlementBatch) => void;
}

interface Recent {
  /** Text, not the object: it is what will be sent, and costs the garbage collector one leaf. */
  readonly row: string;
  readonly end: Position;
}

interface Chunk {
  readonly segment: Segment;
  readonly offset: number;
  readonly bytes: Buffer;
}

/** About 5 MB of text. */
const recentRowsMax = 4096;
/** The largest frame fits, and it is little enough to keep while Postgres is away. */
const chunkBytes = frameHeaderBytes + payloadBytesMax;
const settlementMark = '"type":"settlement"';

export class Outbox implements SettlementSource {
  readonly #options: OutboxOptions;
  #position: Position;
  /** Every settlement behind this is in `#recent`. */
  #recentFrom: Position;
  #recent: Recent[] = [];
  #chunk: Chunk | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#position = options.segments.length === 0 ? options.head : options.position;
    this.#recentFrom = options.head;
  }

  /** A settlement was written. */
  push(row: string, end: Position): void {
    if (this.#recent.length >= recentRowsMax) {
      // The older half goes at once: dropping one by one would shift the array each time.
      const dropped = this.#recent.splice(0, recentRowsMax / 2);
      this.#recentFrom = dropped.at(-1)?.end ?? this.#recentFrom;
    }
    this.#recent.push({ row, end });
  }

  async read(rowsMax: number): Promise<SettlementBatch | undefined> {
    if (isBefore(this.#position, this.#recentFrom)) return this.#readSegments(rowsMax);
    this.#chunk = undefined;
    const found = this.#recent.slice(0, rowsMax);
    const last = found.at(-1);
    return last && { rows: found.map((recent) => recent.row), end: last.end };
  }

  acknowledge(batch: SettlementBatch): void {
    this.#position = batch.end;
    const kept = this.#recent.findIndex((recent) => isBefore(batch.end, recent.end));
    this.#recent = kept === -1 ? [] : this.#recent.slice(kept);
    this.#options.onAcknowledged(batch);
  }

  async #readSegments(rowsMax: number): Promise<SettlementBatch | undefined> {
    const chunk = await this.#load();
    if (chunk === undefined) return undefined;
    const seq = chunk.segment.seq;
    const from = seq === this.#position.segment ? this.#position.offset - chunk.offset : 0;
    const rows: string[] = [];
    const path = segmentPath(this.#options.directory, seq);
    const stopped = scanFrames(chunk.bytes, from, {
      frame: (payload) => {
        // An unescaped quote cannot stand inside a JSON string, so no caller's text looks like this.
        if (payload.includes(settlementMark)) rows.push(payload.toString('utf8'));
        return rows.length < rowsMax;
      },
      gap: (start, end) => {
        this.#options.log.error(
          { path, start: chunk.offset + start, end: chunk.offset + end },
          'the journal is damaged; what can be read behind the damage is shipped',
        );
      },
    });
    const end = chunk.offset + (stopped > from ? stopped : this.#stepOver(chunk, from, path));
    return { rows, end: { segment: seq, offset: end } };
  }

  /** No frame in a whole chunk, or in the rest of a segment: damage that was found when the journal was opened. */
  #stepOver(chunk: Chunk, from: number, path: string): number {
    this.#options.log.error({ path, from: chunk.offset + from }, 'the journal is damaged here and nothing can be read');
    const atEnd = chunk.offset + chunk.bytes.length >= chunk.segment.bytes;
    return atEnd ? chunk.bytes.length : chunk.bytes.length - frameHeaderBytes;
  }

  /** The bytes behind the position, at least one whole frame of them. */
  async #load(): Promise<Chunk | undefined> {
    const { segment: seq, offset } = this.#position;
    const segment = this.#options.segments.find((each) => each.seq > seq || (each.seq === seq && each.bytes > offset));
    if (segment === undefined) return undefined;
    const from = segment.seq === seq ? offset : 0;
    const known = this.#chunk;
    if (known?.segment === segment && from >= known.offset) {
      const left = known.offset + known.bytes.length - from;
      if (left > 0 && holdsFrame(known.bytes, from - known.offset)) return known;
    }
    const bytes = await readBytes(segmentPath(this.#options.directory, segment.seq), from, segment.bytes);
    this.#chunk = { segment, offset: from, bytes };
    return this.#chunk;
  }
}

function holdsFrame(bytes: Buffer, at: number): boolean {
  const left = bytes.length - at - frameHeaderBytes;
  return left > 0 && bytes.readUInt32LE(at) <= left;
}

async function readBytes(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(Math.min(chunkBytes, to - from));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    if (bytesRead < bytes.length) throw new Error(`${path} is shorter than it was: ${from + bytesRead} bytes`);
    return bytes;
  } finally {
    await file.close();
  }
}
