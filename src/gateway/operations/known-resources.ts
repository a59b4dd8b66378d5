/**
 * Whose a file or a batch is. What this instance has seen lately is in memory; the rest is looked up where the journal's
 * settlements were shipped to. Only requests for files and batches ever wait for that, never one that asks a model.
 */
import { invalidRequest, LlmFailure } from '../../llm/error.ts';
import type { Resource, ResourceKind } from '../../llm/operation.ts';

export interface ResourceListing {
  readonly kind: ResourceKind;
  readonly organizationId: string;
  readonly limit: number;
  /** Only those behind this one. */
  readonly after?: string;
  readonly ascending?: boolean;
}

/** As the store keeps them. Rejects when it cannot be asked. */
export interface StoredResources {
  find(kind: ResourceKind, id: string, organizationId: string): Promise<Resource | undefined>;
  list(listing: ResourceListing): Promise<readonly Resource[]>;
  /** Batches that were begun since, those that are over too. */
  batchesSince(organizationId: string, sinceMs: number): Promise<readonly Resource[]>;
}

/** By far more than one instance makes while the database is away. */
const rememberedMax = 20_000;

export class KnownResources {
  readonly #stored: StoredResources | undefined;
  /** Oldest first. */
  readonly #recent = new Map<string, Resource>();

  constructor(stored?: StoredResources) {
    this.#stored = stored;
  }

  /** A settlement that says so is in the journal. */
  add(resource: Resource): void {
    const name = nameOf(resource.kind, resource.credential, resource.id);
    const known = this.#recent.get(name);
    // What a provider says later cannot take it from its owner.
    if (known !== undefined && known.organizationId !== resource.organizationId) return;
    this.#recent.delete(name);
    const isOver = (what: 'deleted' | 'settled') => known?.[what] === true || resource[what] === true;
    this.#recent.set(name, { ...known, ...resource, deleted: isOver('deleted'), settled: isOver('settled') });
    if (this.#recent.size <= rememberedMax) return;
    const [oldest] = this.#recent.keys();
    if (oldest !== undefined) this.#recent.delete(oldest);
  }

  /** Undefined: there is none, or it is another organization's. Rejects with LlmFailure (unavailable). */
  async find(kind: ResourceKind, id: string, organizationId: string): Promise<Resource | undefined> {
    const own = [...this.#mine(kind, organizationId)].find((each) => each.id === id);
    const found = own ?? (await this.#ask((stored) => stored.find(kind, id, organizationId)));
    return found?.deleted === true || found?.organizationId !== organizationId ? undefined : found;
  }

  /** Newest first. What was made in this second and is not in the store yet is among them. */
  async list(listing: ResourceListing): Promise<readonly Resource[]> {
    const { kind, organizationId, limit, after, ascending } = listing;
    const last = after === undefined ? undefined : await this.find(kind, after, organizationId);
    if (after !== undefined && last === undefined) throw invalidRequest('after names nothing that is here', 'after');
    const recent = [...this.#mine(kind, organizationId)];
    // One more for each that was deleted here and is not deleted there yet.
    const extra = recent.filter(({ deleted }) => deleted).length;
    const stored = (await this.#ask((store) => store.list({ ...listing, limit: limit + extra }))) ?? [];
    const all = new Map([...stored, ...recent].map((each) => [nameOf(each.kind, each.credential, each.id), each]));
    const direction = ascending === true ? 1 : -1;
    const order = (a: Resource, b: Resource) => direction * (a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
    return [...all.values()]
      .filter((each) => each.deleted !== true && (last === undefined || (each.id !== last.id && order(last, each) < 0)))
      .sort(order)
      .slice(0, limit);
  }

  /** Batches whose answers are not charged yet. Rejects with LlmFailure (unavailable). */
  async running(organizationId: string, sinceMs: number): Promise<readonly Resource[]> {
    const recent = [...this.#mine('batch', organizationId), ...this.#mine('message-batch', organizationId)];
    const stored = (await this.#ask((store) => store.batchesSince(organizationId, sinceMs))) ?? [];
    const name = ({ kind, credential, id }: Resource) => nameOf(kind, credential, id);
    // Either may know first that one is over: this instance, or through the store another one.
    const over = new Set([...stored, ...recent].filter((each) => each.settled || each.deleted).map(name));
    const all = new Map([...stored, ...recent].map((each) => [name(each), each]));
    return [...all].flatMap(([named, each]) => {
      return each.estimate === undefined || over.has(named) || each.createdAtMs <= sinceMs ? [] : [each];
    });
  }

  *#mine(kind: ResourceKind, organizationId: string): Generator<Resource> {
    for (const each of this.#recent.values())
      if (each.kind === kind && each.organizationId === organizationId) yield each;
  }

  async #ask<T>(question: (stored: StoredResources) => Promise<T>): Promise<T | undefined> {
    if (this.#stored === undefined) return undefined;
    try {
      return await question(this.#stored);
    } catch (error) {
      throw new LlmFailure({
        kind: 'unavailable',
        message:
          'Files and batches cannot be looked up while the database is away. Models can be called. Try again soon.',
        code: 'database_unavailable',
        retryAfterMs: 5000,
        internal: error instanceof Error ? error.message : String(error),
      });
    }
  }
}

function nameOf(kind: ResourceKind, credential: string, id: string): string {
  return `${kind} ${credential} ${id}`;
}
