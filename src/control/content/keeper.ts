/**
 * Takes prompts and answers from the gateway and stores them, off its way: a queue with a limit in bytes, written in
 * batches. What there is no room for, or what cannot be stored because the database is away, is dropped and counted; a
 * request never waits for this and never fails by it.
 */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type SecretBox, SecretRefused } from '../../lib/secret-box.ts';
import type { Store } from '../../store/store.ts';
import { sealContent } from './content-cipher.ts';
import { type ContentKey, ensureContentKey } from './content-keys.ts';
import { type ConversationReader, type HandedExchange, toKept } from './kept-content.ts';

export interface ContentKeeperOptions {
  readonly store: Store;
  readonly secrets: SecretBox;
  readonly reader: ConversationReader;
  readonly clock: Clock;
  readonly log: Log;
  /** What may wait in memory, half of it in requests that still run. Default 64 MiB. */
  readonly bytesMax?: number;
  /** Default 250 ms. */
  readonly pauseMs?: number;
}

/**
 * Why something that should be kept is not: too much waited in memory; the key that seals it cannot be opened (another
 * master key); it was erased meanwhile; the database did not take it.
 */
export const dropReasons = ['no-room', 'no-key', 'key-erased', 'not-stored'] as const;
export type DropReason = (typeof dropReasons)[number];

/** Since this process began. */
export interface ContentCounts {
  readonly kept: number;
  readonly dropped: number;
  readonly droppedBy: Readonly<Record<DropReason, number>>;
  readonly waitingBytes: number;
}

const bytesMaxDefault = 64 * 1024 * 1024;
const pauseMsDefault = 250;
const batchRows = 50;
/** A key that was erased elsewhere is used this long at most; what is sealed by it then is not stored. */
const keyCacheMs = 30_000;
const dayMs = 86_400_000;
/** One line of the log for all that was dropped in this time. */
const toldEveryMs = 60_000;

interface Sealed {
  readonly exchange: HandedExchange;
  readonly keyId: string;
  readonly sealed: Buffer;
}

export class ContentKeeper {
  readonly #options: ContentKeeperOptions;
  readonly #keys = new Map<string, { readonly key: ContentKey; readonly untilMs: number }>();
  #queue: HandedExchange[] = [];
  #bytes = 0;
  #kept = 0;
  readonly #dropped: Record<DropReason, number> = { 'no-room': 0, 'no-key': 0, 'key-erased': 0, 'not-stored': 0 };
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ContentKeeperOptions) {
    this.#options = options;
  }

  get counts(): ContentCounts {
    return { kept: this.#kept, dropped: this.#droppedSum, droppedBy: this.#dropped, waitingBytes: this.#bytes };
  }

  get #droppedSum(): number {
    return Object.values(this.#dropped).reduce((sum, count) => sum + count, 0);
  }

  take(bytes: number): boolean {
    const { bytesMax = bytesMaxDefault } = this.#options;
    if (this.#bytes + bytes > bytesMax) {
      this.#drop(1, 'no-room', 'too much waits');
      return false;
    }
    this.#bytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }

  offer(exchange: HandedExchange): void {
    this.#queue.push(exchange);
    const { pauseMs = pauseMsDefault } = this.#options;
    this.#timer ??= setTimeout(() => void this.flush(), pauseMs);
  }

  /** Resolves when all that was offered before is stored, or dropped. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    if (this.#queue.length === 0) return;
    this.#writing = this.#writeAll();
    await this.#writing;
    this.#writing = undefined;
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, batchRows);
      try {
        this.#kept += await this.#write(batch);
      } catch (error) {
        this.#drop(batch.length, 'not-stored', error instanceof Error ? error.message : String(error));
      }
      for (const { request, answer } of batch) this.#bytes -= request.bytes.length + answer.bytes.length;
    }
  }

  /** Returns how many were stored. */
  async #write(batch: readonly HandedExchange[]): Promise<number> {
    const sealed = await this.#sealAll(batch);
    const stored = await this.#insert(sealed);
    // The key of the others was erased in the meantime: they get the next one.
    const others = sealed.map(({ exchange }) => exchange).filter(({ requestId }) => !stored.has(requestId));
    if (others.length === 0) return stored.size;
    for (const { organizationId } of others) this.#keys.delete(organizationId);
    const late = await this.#insert(await this.#sealAll(others));
    if (late.size < others.length) this.#drop(others.length - late.size, 'key-erased', 'their key was erased');
    return stored.size + late.size;
  }

  /** One organization whose key cannot be opened takes nothing from the others. */
  async #sealAll(batch: readonly HandedExchange[]): Promise<readonly Sealed[]> {
    const sealed: Sealed[] = [];
    for (const exchange of batch) {
      try {
        sealed.push(await this.#seal(exchange));
      } catch (error) {
        if (!(error instanceof SecretRefused)) throw error;
        this.#drop(1, 'no-key', error.message);
      }
    }
    return sealed;
  }

  async #seal(exchange: HandedExchange): Promise<Sealed> {
    const key = await this.#keyOf(exchange.organizationId);
    const text = JSON.stringify(toKept(exchange, this.#options.reader));
    return { exchange, keyId: key.id, sealed: await sealContent(text, key.secret, exchange) };
  }

  async #keyOf(organizationId: string): Promise<ContentKey> {
    const { store, secrets, clock } = this.#options;
    const known = this.#keys.get(organizationId);
    if (known !== undefined && known.untilMs > clock.nowMs()) return known.key;
    const key = await ensureContentKey(store.db, organizationId, secrets, clock);
    if (this.#keys.size > 1_000) this.#keys.clear();
    this.#keys.set(organizationId, { key, untilMs: clock.nowMs() + keyCacheMs });
    return key;
  }

  /** Only where the key is still there, in the same statement: nothing comes back after an erasure. */
  async #insert(rows: readonly Sealed[]): Promise<ReadonlySet<string>> {
    const { rows: stored } = await sql<{ request_id: string }>`
      INSERT INTO contents (request_id, organization_id, content_key_id, started_at, expires_at, sealed)
      SELECT r.request_id, r.organization_id, k.id, r.started_at, r.expires_at, r.sealed
      FROM unnest(
        ${rows.map(({ exchange }) => exchange.requestId)}::text[],
        ${rows.map(({ exchange }) => exchange.organizationId)}::text[],
        ${rows.map(({ keyId }) => keyId)}::text[],
        ${rows.map(({ exchange }) => new Date(exchange.startedAtMs))}::timestamptz[],
        ${rows.map(({ exchange }) => new Date(exchange.startedAtMs + exchange.rule.days * dayMs))}::timestamptz[],
        ${rows.map(({ sealed }) => sealed)}::bytea[]
      ) AS r(request_id, organization_id, key_id, started_at, expires_at, sealed)
        JOIN content_keys k ON k.id = r.key_id
      ON CONFLICT (organization_id, request_id) DO UPDATE SET sealed = contents.sealed
      RETURNING request_id
    `.execute(this.#options.store.db);
    return new Set(stored.map((row) => row.request_id));
  }

  #drop(count: number, reason: DropReason, why: string): void {
    this.#dropped[reason] += count;
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#toldAtMs < toldEveryMs) return;
    this.#toldAtMs = nowMs;
    this.#options.log.warn({ dropped: this.#droppedSum, why }, 'prompts and answers that should be kept were dropped');
  }
}
