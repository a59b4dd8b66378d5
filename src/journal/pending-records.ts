/** Records that wait for their write: framed at once into one buffer, so that a write is one call to the kernel. */
import { assert } from '../lib/assert.ts';
import { frameHeaderBytes, payloadBytesMax, writeFrame } from './frames.ts';
import type { JournalRecord } from './record.ts';

const startBytes = 64 * 1024;
/** A buffer that an outage blew up is given back to the heap. */
const keepBytesMax = 1024 * 1024;

export class PendingRecords {
  bytes: Buffer = Buffer.allocUnsafeSlow(startBytes);
  /** Bytes in use. */
  length = 0;
  readonly records: JournalRecord[] = [];
  /** Their JSON. */
  readonly texts: string[] = [];
  /** Where each record's frame ends in `bytes`. */
  readonly ends: number[] = [];

  /** Throws AssertionFailure for a record larger than a frame can be. */
  add(record: JournalRecord): void {
    const json = JSON.stringify(record);
    assert(json.length * 3 <= payloadBytesMax, `a ${record.type} record of ${json.length} characters is too large`);
    this.#reserve(frameHeaderBytes + json.length * 3);
    this.length = writeFrame(this.bytes, this.length, json);
    this.records.push(record);
    this.texts.push(json);
    this.ends.push(this.length);
  }

  dropLast(): void {
    this.records.pop();
    this.texts.pop();
    this.ends.pop();
    this.length = this.ends.at(-1) ?? 0;
  }

  clear(): void {
    this.records.length = 0;
    this.texts.length = 0;
    this.ends.length = 0;
    this.length = 0;
    if (this.bytes.length > keepBytesMax) this.bytes = Buffer.allocUnsafeSlow(startBytes);
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
