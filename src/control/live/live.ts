/**
 * Requests as they happen, for whoever looks. While nobody does, a request costs one look at a flag. While somebody does,
 * records are put on boards, one for each scope that is watched, and a few times a second each viewer is sent what has
 * changed since it was sent something: the same bytes for all who are equally far. Nobody can be slow at others' expense.
 */
import type { Readable } from 'node:stream';
import type {
  AttemptRecord,
  IntentRecord,
  OpeningRecord,
  ProgressRecord,
  SettlementRecord,
} from '../../journal/record.ts';
import type { JournalWatcher, RefusedRequest } from '../../journal/watched-journal.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Store } from '../../store/store.ts';
import { Board } from './board.ts';
import { isRunning, type LiveCounts, type LiveRequest } from './frame.ts';
import { LiveNames } from './names.ts';
import { LiveRelay } from './relay.ts';
import { checkRoom } from './room.ts';
import { afterAttempt, afterSettlement, countsOf, rowOfIntent, rowOfRefused } from './rows.ts';
import { type Frames, writeFrame } from './send.ts';
import { Viewer, type ViewerFacts } from './viewer.ts';

/** What runs on this instance right now: the data plane says it when it is asked. */
export interface LiveSource {
  running(): readonly OpeningRecord[];
  progress(wanted: (requestId: string) => boolean): readonly ProgressRecord[];
}

export interface LiveOptions {
  readonly store: Store;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Default 250. */
  readonly tickMs?: number;
}

const tickMsDefault = 250;
/** From here on they are told every second tick only. */
const manyViewers = 50;
/** A session that ended, or a key that was revoked, sees no more than this long. */
const allowedEveryMs = 4_000;
/** The scope of operators. */
const everybody = '*';

export class Live implements JournalWatcher {
  watching = false;
  readonly #options: LiveOptions;
  readonly #boards = new Map<string, Board>();
  readonly #viewers = new Set<Viewer>();
  readonly #names: LiveNames;
  readonly #relay: LiveRelay;
  #source: LiveSource | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#names = new LiveNames(options.store, options.clock, (keyIds) => this.#nameRows(keyIds));
    this.#relay = new LiveRelay(options, {
      row: (row) => this.#show(this.#named(row)),
      counts: (id, counts) => this.#count(this.#boards.values(), id, counts),
      silent: (instance) => this.#lose(instance),
      watched: () => this.#watch(),
    });
  }

  /** Whom to ask what runs. */
  follow(source: LiveSource): void {
    this.#source = source;
  }

  /** Throws ApiFailure where too many look already. Whoever reads the stream ends it by leaving. */
  open(facts: ViewerFacts): Readable {
    checkRoom(this.#viewers, facts.organizationId);
    const now = this.#options.clock.monotonicMs();
    const viewer = new Viewer(facts, now);
    this.#viewers.add(viewer);
    viewer.stream.once('close', () => this.#leave(viewer));
    this.#boardOf(facts.organizationId ?? everybody);
    this.#watch();
    this.#relay.watch(true);
    this.#send(viewer, new Map(), now);
    return viewer.stream;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  intent(record: IntentRecord): void {
    this.#showOwn(rowOfIntent(record));
  }

  attempt(record: AttemptRecord): void {
    for (const board of this.#ownBoards()) {
      const row = board.get(record.requestId);
      if (row !== undefined) board.put(afterAttempt(row, record));
    }
  }

  settle(record: SettlementRecord): void {
    for (const board of this.#ownBoards(record.organizationId))
      board.put(this.#named(afterSettlement(board.get(record.requestId), record)));
  }

  refused(request: RefusedRequest): void {
    this.#showOwn(rowOfRefused(request, this.#options.instance));
  }

  /** By its own timer while somebody watches; tests call it. */
  tick(): void {
    const now = this.#options.clock.monotonicMs();
    const own = [...this.#ownBoards()];
    const wanted = (id: string) => own.some((board) => board.get(id) !== undefined);
    for (const progress of this.#source?.progress(wanted) ?? [])
      this.#count(own, progress.requestId, countsOf(progress));
    this.#relay.tick(now);
    const isDue = this.#viewers.size <= manyViewers || this.#ticks++ % 2 === 0;
    const frames: Frames = new Map();
    for (const viewer of isDue ? this.#viewers : []) {
      this.#send(viewer, frames, now);
      this.#ask(viewer, now);
    }
    for (const board of this.#boards.values()) board.tick();
  }

  close(): void {
    for (const viewer of this.#viewers) viewer.end('stopping');
    this.#viewers.clear();
    this.#boards.clear();
    this.#relay.close();
    this.#names.close();
    this.#watch();
  }

  #send(viewer: Viewer, frames: Frames, now: number): void {
    const scope = viewer.facts.organizationId ?? everybody;
    const board = this.#boards.get(scope);
    if (board === undefined || !viewer.ready(now)) return;
    if (board.version === viewer.version && board.skipped === viewer.skipped) return viewer.keepAlive(now);
    const at = this.#options.clock.nowMs();
    viewer.send(writeFrame(frames, { scope, house: viewer.facts.house, since: viewer.version, board, at }), now);
    viewer.version = board.version;
    viewer.skipped = board.skipped;
  }

  /** While nobody can say whether it may look, it looks on. */
  #ask(viewer: Viewer, now: number): void {
    if (now - viewer.askedAt < allowedEveryMs) return;
    viewer.askedAt = now;
    viewer.facts.allowed().then(
      (allowed) => {
        if (!allowed) viewer.end('signed-out');
      },
      (error: unknown) => this.#options.log.debug({ error }, 'nobody can say whether a viewer may look on'),
    );
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    const scopes = new Set([...this.#viewers].map(({ facts }) => facts.organizationId ?? everybody));
    for (const scope of this.#boards.keys()) if (!scopes.has(scope)) this.#boards.delete(scope);
    if (this.#viewers.size === 0) this.#relay.watch(false);
    this.#watch();
  }

  #boardOf(scope: string): void {
    if (this.#boards.has(scope)) return;
    const board = new Board();
    this.#boards.set(scope, board);
    this.#seed(board, scope);
  }

  /** What began before anybody looked. */
  #seed(board: Board, scope: string): void {
    for (const { intent, attempt } of this.#source?.running() ?? []) {
      if (scope === everybody || scope === intent.organizationId)
        board.put(this.#named(afterAttempt(rowOfIntent(intent), attempt)));
    }
    board.tick();
  }

  #watch(): void {
    if (this.#relay.board !== undefined && !this.#relay.seeded) {
      this.#relay.seeded = true;
      this.#seed(this.#relay.board, everybody);
    }
    this.watching = this.#boards.size > 0 || this.#relay.board !== undefined;
    if (!this.watching) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else this.#timer ??= setInterval(() => this.tick(), this.#options.tickMs ?? tickMsDefault).unref();
  }

  /** Where this instance's own requests are shown; all, without an organization. */
  *#ownBoards(organizationId?: string): Generator<Board> {
    yield* this.#viewed(organizationId);
    if (this.#relay.board !== undefined) yield this.#relay.board;
  }

  *#viewed(organizationId?: string): Generator<Board> {
    for (const [scope, board] of this.#boards)
      if (organizationId === undefined || scope === everybody || scope === organizationId) yield board;
  }

  #showOwn(row: LiveRequest): void {
    for (const board of this.#ownBoards(row.organizationId)) board.put(this.#named(row));
  }

  #show(row: LiveRequest): void {
    for (const board of this.#viewed(row.organizationId)) board.put(row);
  }

  #count(boards: Iterable<Board>, id: string, counts: LiveCounts): void {
    for (const board of boards) board.count(id, counts);
  }

  #named(row: LiveRequest): LiveRequest {
    const names = this.#names.of(row.keyId);
    return names === undefined ? row : { ...row, ...names };
  }

  #nameRows(keyIds: ReadonlySet<string>): void {
    for (const board of this.#boards.values()) {
      for (const row of board.rows) {
        const names = keyIds.has(row.keyId) ? this.#names.of(row.keyId) : undefined;
        if (names !== undefined && names.keyName !== row.keyName) board.put({ ...row, ...names });
      }
    }
  }

  /** An instance that is not heard any more will not say how its requests end. */
  #lose(instance: string): void {
    for (const board of this.#boards.values()) {
      for (const row of board.rows)
        if (row.instance === instance && isRunning(row.state)) board.put({ ...row, state: 'interrupted' });
    }
  }
}
