/**
 * Keeps the snapshot fresh: a change in Postgres notifies, the changed rows are read and applied. Notifications can be
 * lost, so it also asks every few seconds, and often while nobody would notify. While Postgres is away, the last
 * snapshot serves on.
 */
import type { Log } from '../lib/log.ts';
import type { Store } from '../store/store.ts';
import { readChanges } from './changes.ts';
import { type Access, applyRows, noAccess } from './keys.ts';
import { buildNames, type NameParts, type Names } from './names.ts';
import { OrganizationNames } from './own-names.ts';
import { pooledNames } from './pools.ts';
import type { Organization, Snapshot, SnapshotSource } from './snapshot.ts';
import { applyStoredNames, noStoredNames, type StoredNames } from './stored-names.ts';

export interface LiveSnapshotOptions {
  readonly store: Store;
  /** From the configuration and the catalogue; and from what the database has beside keys, where it is a function. */
  readonly names: NamesSource;
  readonly log: Log;
  /** Default 3 s. */
  readonly pollMs?: number;
  /** While the listening connection is broken. Default 0.5 s. */
  readonly pollWhileDeafMs?: number;
}

/** Called again whenever what it is made of changes. Must not throw. */
export type NamesSource = NameParts | ((stored: StoredNames) => NameParts);

export interface LiveSnapshot extends SnapshotSource {
  /** Called after each change. Returns how to stop that. */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
  /** Resolves when the snapshot holds everything that was committed before the call. Throws while Postgres is away. */
  refresh(): Promise<void>;
  /** The catalogue has newer prices: requests from now on see these names. */
  replaceNames(names: NamesSource): void;
  close(): Promise<void>;
}

/** The channel that the triggers of migration 1 notify; the payload is `schema:version`. */
const channel = 'tollgate_snapshot';

/** Throws when the first load fails: an instance that knows no keys must not start. */
export async function openLiveSnapshot(options: LiveSnapshotOptions): Promise<LiveSnapshot> {
  const live = new Live(options);
  await live.refresh();
  live.follow();
  return live;
}

class Live implements LiveSnapshot {
  readonly #store: Store;
  readonly #log: Log;
  #source: NamesSource;
  #stored: StoredNames = noStoredNames;
  #names: Names;
  #own: OrganizationNames;
  readonly #pollMs: number;
  readonly #pollWhileDeafMs: number;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #access: Access = noAccess;
  #current: Snapshot;
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopListening: () => void = () => {};
  #closed = false;
  /** Whether somebody would tell us of a change. */
  #hears = false;

  constructor({ store, names, log, pollMs = 3_000, pollWhileDeafMs = 500 }: LiveSnapshotOptions) {
    this.#store = store;
    this.#log = log;
    this.#source = names;
    const parts = typeof names === 'function' ? names(noStoredNames) : names;
    const base = buildNames(parts);
    this.#names = pooledNames(base, parts.pools);
    this.#own = new OrganizationNames(parts, base);
    this.#pollMs = pollMs;
    this.#pollWhileDeafMs = pollWhileDeafMs;
    this.#current = Object.freeze({ version: -1, keys: noAccess.keys, ...this.#names });
  }

  get current(): Snapshot {
    return this.#current;
  }

  onChange(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One read at a time; whoever comes during one shares the next, since the running one may have looked already. */
  refresh(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    this.#next ??= this.#reading
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.refresh();
      });
    return this.#next;
  }

  replaceNames(names: NamesSource): void {
    this.#rename(names, this.#stored);
    this.#publish(this.#current.version);
  }

  /** Nothing has changed when it throws. */
  #rename(source: NamesSource, stored: StoredNames): void {
    const parts = typeof source === 'function' ? source(stored) : source;
    const base = buildNames(parts);
    this.#names = pooledNames(base, parts.pools);
    this.#own = new OrganizationNames(parts, base);
    this.#source = source;
    this.#stored = stored;
  }

  follow(): void {
    const subscription = this.#store.listen(channel, {
      onNotify: (payload) => {
        if (payload.startsWith(`${this.#store.schema}:`)) this.#look();
      },
      onUp: () => {
        this.#hears = true;
        this.#look();
      },
      onDown: () => {
        this.#hears = false;
        this.#look();
      },
    });
    this.#stopListening = () => subscription.close();
    this.#lookLater();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stopListening();
    this.#listeners.clear();
    await Promise.allSettled([this.#reading, this.#next]);
  }

  #look(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.refresh()
      .catch((error: unknown) => this.#log.debug({ error }, 'the snapshot cannot be refreshed now'))
      .finally(() => this.#lookLater());
  }

  #lookLater(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.#hears ? this.#pollMs : this.#pollWhileDeafMs).unref();
  }

  async #read(): Promise<void> {
    const changes = await readChanges(this.#store, this.#current.version);
    if (changes === undefined || this.#closed) return;
    const before = changes.whole ? noAccess : this.#access;
    this.#access = applyRows(before, changes);
    const stored = applyStoredNames(changes.whole ? noStoredNames : this.#stored, changes);
    if (stored !== this.#stored) this.#rename(this.#source, stored);
    this.#publish(changes.version);
    this.#log.debug({ version: changes.version, keys: changes.keys.length }, 'the snapshot changed');
  }

  #publish(version: number): void {
    const shared = { version, keys: this.#access.keys, organizations: this.#access.organizations };
    const own = this.#own;
    const viewOf = (organization: Organization): Snapshot | undefined => {
      const names = own.of(organization);
      return names && { ...shared, ...names };
    };
    this.#current = Object.freeze({ ...shared, ...this.#names, ...(!own.isEmpty && { viewOf }) });
    for (const listener of this.#listeners) listener(this.#current);
  }
}
