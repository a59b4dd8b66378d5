/** Reads a journal directory as the last process left it. */
import fs from 'node:fs';
import type { Log } from '../lib/log.ts';
import { parseRecord, scanFrames } from './frames.ts';
import { OpenRequests } from './open-requests.ts';
import { isBefore, type Position } from './position.ts';
import type { AttemptRecord, JournalRecord, OpeningRecord } from './record.ts';
import { listSegments, type Segment, segmentPath } from './segment-log.ts';

export interface Replay {
  readonly segments: readonly Segment[];
  readonly open: OpenRequests;
  /** Settlements behind the position. */
  unshippedRows: number;
  /** Bytes that are no record, with records behind them: the disk damaged them. */
  damagedBytes: number;
  /** The ends of segments that were being written when the process died. */
  tornTails: number;
}

/**
 * Throws when a segment cannot be read. A torn tail of the youngest segment is cut off; damage elsewhere is stepped
 * over. Both are logged and counted.
 */
export function replayDirectory(directory: string, position: Position, log: Log): Replay {
  const seqs = listSegments(directory);
  const segments: Segment[] = [];
  const replay: Replay = { segments, open: new OpenRequests(), unshippedRows: 0, damagedBytes: 0, tornTails: 0 };
  const orphans = new Map<string, AttemptRecord>();
  for (const seq of seqs) segments.push(replaySegment(directory, seq, seq === seqs.at(-1)));
  for (const attempt of orphans.values()) {
    log.error({ directory, attempt }, 'the journal lost the beginning of a request to damage; nobody can be charged');
  }
  return replay;

  function replaySegment(directory: string, seq: number, youngest: boolean): Segment {
    const path = segmentPath(directory, seq);
    const bytes = fs.readFileSync(path);
    const segment: Segment = { seq, bytes: 0, settledTo: 0, createdAtMs: fs.statSync(path).mtimeMs };
    const stopped = scanFrames(bytes, 0, {
      frame: (payload, end) => {
        const record = parseRecord(payload);
        if (record) take(record, segment, end);
        else log.error({ path, end }, 'a record of the journal is of a kind that this version does not know');
        return true;
      },
      gap: (start, end) => {
        replay.damagedBytes += end - start;
        log.error({ path, start, end }, 'the journal is damaged; what can be read behind the damage is used');
      },
    });
    segment.bytes = stopped;
    if (stopped < bytes.length) cutTail(path, stopped, bytes.length, youngest);
    return segment;
  }

  function take(record: JournalRecord | OpeningRecord, segment: Segment, end: number): void {
    if (record.type === 'opening') {
      for (const each of [record.intent, record.attempt]) replay.open.apply(each, segment.seq);
      return;
    }
    const known = replay.open.apply(record, segment.seq);
    if (record.type === 'attempt' && !known) orphans.set(record.requestId, record);
    if (record.type !== 'settlement') return;
    orphans.delete(record.requestId);
    segment.settledTo = end;
    if (isBefore(position, { segment: segment.seq, offset: end })) replay.unshippedRows++;
  }

  function cutTail(path: string, from: number, to: number, youngest: boolean): void {
    replay.tornTails++;
    log.warn({ path, from, to }, 'the journal ends in the middle of a record; the half record is ignored');
    if (youngest) fs.truncateSync(path, from);
  }
}
