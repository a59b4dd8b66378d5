/**
 * The same view on every instance: while somebody watches anywhere, each instance tells the others what its own requests
 * do, by NOTIFY of Postgres. It is bounded by count and bytes, carries no prompt, and nothing waits for it. Without
 * Postgres each instance shows its own requests only.
 */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Store } from '../../store/store.ts';
import { Board, none } from './board.ts';
import type { LiveCount, LiveCounts, LiveRequest } from './frame.ts';

const channel = 'tollgate_live';
/** Who watches says so this often, and who tells says at least that it is there. */
const repeatMs = 5_000;
/** Who was not heard for this long watches no more, or is gone. */
const silentMs = 16_000;
/** Below the 8,000 bytes that Postgres takes (https://www.postgresql.org/docs/current/sql-notify.html). */
const messageBytesMax = 7_500;
const messagesPerTickMax = 12;
/** So that what changes in one tick fits into its messages, and no end is forgotten before it was told. */
const relayLimits = { runningMax: 40, finishedMax: 80, newPerTick: 15, failuresPerTick: 5 };

interface Hearers {
  row(row: LiveRequest): void;
  counts(id: string, counts: LiveCounts): void;
  /** An instance that told of requests is not heard any more. */
  silent(instance: string): void;
  /** Somebody elsewhere began to watch, or nobody does any more: `board` came or went. */
  watched(): void;
}

interface Facts {
  readonly store: Store;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
}

type Message =
  | { readonly watch: boolean }
  | { readonly requests: readonly LiveRequest[]; readonly counts: readonly LiveCount[] };

export class LiveRelay {
  /** What others are told; there while others watch. */
  board: Board | undefined;
  seeded = false;
  readonly #facts: Facts;
  readonly #to: Hearers;
  readonly #watchers = new Map<string, number>();
  readonly #tellers = new Map<string, number>();
  readonly #subscription: { close(): void };
  #version = none;
  #watching = false;
  #saidAt = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** Messages go one after another: a later one must not come first. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  constructor(facts: Facts, to: Hearers) {
    this.#facts = facts;
    this.#to = to;
    this.#subscription = facts.store.listen(channel, {
      onNotify: (payload) => this.#hear(payload),
      onUp: () => {},
      onDown: () => {},
    });
  }

  /** Whether somebody watches here. */
  watch(on: boolean): void {
    if (on === this.#watching || this.#closed) return;
    this.#watching = on;
    this.#say(this.#facts.clock.monotonicMs());
  }

  tick(now: number): void {
    if (this.#watching && this.#waiting === 0 && now - this.#saidAt >= repeatMs) this.#say(now);
    for (const instance of overdue(this.#tellers, now)) this.#to.silent(instance);
    if (overdue(this.#watchers, now).length > 0 && this.#watchers.size === 0) this.#stopTelling();
    if (this.board !== undefined) this.#tell(this.board, now);
  }

  close(): void {
    if (this.#watching) this.watch(false);
    this.#closed = true;
    this.board = undefined;
    this.#subscription.close();
  }

  #say(now: number): void {
    this.#saidAt = now;
    this.#queue([{ watch: this.#watching }]);
  }

  #tell(board: Board, now: number): void {
    // One that is still on its way is not overtaken; what changed meanwhile goes with the next.
    if (this.#waiting > 0 || (board.version === this.#version && now - this.#toldAt < repeatMs)) return;
    const { requests, counts, version } = board.since(this.#version);
    this.#version = version;
    this.#toldAt = now;
    board.tick();
    this.#queue(messagesOf(requests, counts));
  }

  #stopTelling(): void {
    this.board = undefined;
    this.seeded = false;
    this.#to.watched();
  }

  #hear(payload: string): void {
    const message = this.#read(payload);
    if (message === undefined || this.#closed) return;
    const now = this.#facts.clock.monotonicMs();
    if ('watch' in message) return this.#heardWatcher(message, now);
    // An instance that hears others' requests while nobody watches here is one whose viewer has just left.
    if (!this.#watching) return;
    this.#tellers.set(message.instance, now);
    for (const row of message.requests) this.#to.row({ ...row, instance: message.instance });
    for (const [id, counts] of message.counts) this.#to.counts(id, counts);
  }

  #heardWatcher({ instance, watch }: { readonly instance: string; readonly watch: boolean }, now: number): void {
    if (!watch) {
      this.#watchers.delete(instance);
      if (this.#watchers.size === 0 && this.board !== undefined) this.#stopTelling();
      return;
    }
    const isNew = !this.#watchers.has(instance);
    this.#watchers.set(instance, now);
    // Whoever comes later must hear of what has begun before.
    if (isNew) this.#version = none;
    if (this.board !== undefined) return;
    this.board = new Board(relayLimits);
    this.#to.watched();
  }

  /** `schema instance json`; ours and those of other schemas are none of it. */
  #read(payload: string): (Message & { readonly instance: string }) | undefined {
    const [, schema, instance = '', json = ''] = /^(\S+) (\S+) (.*)$/s.exec(payload) ?? [];
    const { store } = this.#facts;
    if (schema !== store.schema || instance === this.#facts.instance) return undefined;
    try {
      return { ...JSON.parse(json), instance };
    } catch {
      return undefined;
    }
  }

  #queue(messages: readonly Message[]): void {
    this.#waiting++;
    this.#last = this.#last.then(() => this.#send(messages));
  }

  async #send(messages: readonly Message[]): Promise<void> {
    const { store, instance, log } = this.#facts;
    try {
      const payloads = messages.map((message) => `${store.schema} ${instance} ${JSON.stringify(message)}`);
      await sql`SELECT pg_notify(${channel}, payload) FROM unnest(${payloads}::text[]) AS payload`.execute(store.db);
    } catch (error) {
      // Others see what has changed by then, once the database is back.
      this.#version = none;
      log.debug({ error }, 'other instances cannot be told of requests now');
    } finally {
      this.#waiting--;
    }
  }
}

/** Takes out who was not heard for too long. */
function overdue(heard: Map<string, number>, now: number): readonly string[] {
  const late = [...heard].filter(([, at]) => now - at > silentMs).map(([instance]) => instance);
  for (const instance of late) heard.delete(instance);
  return late;
}

function messagesOf(requests: readonly LiveRequest[], counts: readonly LiveCount[]): readonly Message[] {
  const messages: { requests: LiveRequest[]; counts: LiveCount[] }[] = [{ requests: [], counts: [] }];
  let bytes = 0;
  const place = (piece: object) => {
    const size = Buffer.byteLength(JSON.stringify(piece)) + 1;
    if (bytes + size > messageBytesMax) {
      messages.push({ requests: [], counts: [] });
      bytes = 0;
    }
    bytes += size;
    return messages.at(-1);
  };
  for (const row of requests) place(row)?.requests.push(row);
  for (const count of counts) place(count)?.counts.push(count);
  return messages.slice(0, messagesPerTickMax);
}
