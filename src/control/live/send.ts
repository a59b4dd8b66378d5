/** What viewers are sent, as server-sent events: made once for all who need the same. */
import type { Board } from './board.ts';
import type { LiveCount, LiveFrame, LiveRequest } from './frame.ts';

/** Of one tick. */
export type Frames = Map<string, Buffer>;

interface Wanted {
  readonly scope: string;
  readonly house: boolean;
  /** The version that the viewer has. */
  readonly since: number;
  readonly board: Board;
  /** Unix milliseconds. */
  readonly at: number;
}

export function writeFrame(frames: Frames, { scope, house, since, board, at }: Wanted): Buffer {
  const name = `${since} ${house} ${scope}`;
  const made = frames.get(name);
  if (made !== undefined) return made;
  const { partial, requests, counts, version } = board.since(since);
  const frame: LiveFrame = {
    at: new Date(at).toISOString(),
    requests: house ? requests : requests.map(withoutHouse),
    counts: house ? counts : counts.map(withoutCost),
    skipped: board.skipped,
  };
  const event = partial ? 'requests' : 'snapshot';
  const bytes = Buffer.from(`id: ${version}\nevent: ${event}\ndata: ${JSON.stringify(frame)}\n\n`);
  frames.set(name, bytes);
  return bytes;
}

const withoutHouse = (row: LiveRequest): LiveRequest => ({ ...row, costUsd: null, instance: null });

const withoutCost = ([id, counts]: LiveCount): LiveCount => [id, { ...counts, costUsd: null }];
