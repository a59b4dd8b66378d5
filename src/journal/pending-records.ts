/** Records that wait for their write: framed at once into one buffer, so that a write is one call to the kernel. */
import { assert } from '../lib/assert.ts';
import { frameHeaderBytes, payloadBytesMax, writeFrame } from './frames.ts';
import type { AttemptRecord, IntentRecord, ProgressRecord, SettlementRecord } from './record.ts';

export interface PendingFrame {
  /** Where it ends in `bytes`. */
  readonly end: number;
  /** What it tells of a request that stays open. */
  readonly records: readonly (IntentRecord | AttemptRecord | ProgressRecord)[];
  /** What it tells of one that is over. */
  readonly settlement: PendingSettlement | undefined;
}

export interface PendingSettlement {
  readonly requestId: string;
  /** As it stands in the frame. */
  readonly json: string;
}

interface HeldIntent {
  readonly record: IntentRecord;
  readonly json: string;
}

const startBytes = 64 * 1024;
/** A buffer that an outage blew up is given back to the heap. */
const keepBytesMax = 1024 * 1024;

export class PendingRecords {
  bytes: Buffer = Buffer.allocUnsafeSlow(startBytes);
  /** Bytes in use. */
  length = 0;
  readonly frames: PendingFrame[] = [];
  readonly #held = new Map<string, HeldIntent>();

  /** Not framed before its attempt comes, with which it is one record, or `frameHeld` is called. Throws like `add`. */
  hold(record: IntentRecord): void {
    this.#held.set(record.requestId, { record, json: toJson(record) });
  }

  /** Intents whose attempt did not come. */
  frameHeld(): void {
    for (const { record, json } of this.#held.values()) this.#frame(json, [record]);
    this.#held.clear();
  }

  /** Throws AssertionFailure for a record larger than a frame can be. */
  add(record: IntentRecord | ProgressRecord): void {
    this.#frame(toJson(record), [record]);
  }

  /** Throws like `add`; the intent then stays held. */
  addAttempt(record: AttemptRecord): void {
    const { requestId } = record;
    const json = toJson(record);
    const held = this.#held.get(requestId);
    if (held === undefined) {
      this.#frame(json, [record]);
      return;
    }
    const opening = `{"type":"opening","requestId":${JSON.stringify(requestId)},"intent":${held.json},"attempt":${json}}`;
    this.#frame(fitting(opening), [held.record, record]);
    this.#held.delete(requestId);
  }

  /** An intent that is still held is not written any more: the settlement says all of it. Throws like `add`. */
  addSettlement(record: SettlementRecord): void {
    const { requestId } = record;
    const json = toJson(record);
    this.#frame(json, [], { requestId, json });
    this.#held.delete(requestId);
  }

  /** Takes the attempt that was added last out again; its intent stays. */
  dropAttempt(): void {
    const dropped = this.frames.pop();
    this.length = this.frames.at(-1)?.end ?? 0;
    for (const record of dropped?.records ?? []) if (record.type === 'intent') this.add(record);
  }

  clear(): void {
    this.frames.length = 0;
    this.length = 0;
    if (this.bytes.length > keepBytesMax) this.bytes = Buffer.allocUnsafeSlow(startBytes);
  }

  #frame(json: string, records: PendingFrame['records'], settlement?: PendingSettlement): void {
    this.#reserve(frameHeaderBytes + json.length * 3);
    this.length = writeFrame(this.bytes, this.length, json);
    this.frames.push({ end: this.length, records, settlement });
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

function toJson(record: IntentRecord | AttemptRecord | ProgressRecord | SettlementRecord): string {
  return fitting(JSON.stringify(record));
}

function fitting(json: string): string {
  assert(json.length * 3 <= payloadBytesMax, `a record of ${json.length} characters is too large for the journal`);
  return json;
}
