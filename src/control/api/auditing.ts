/**
 * Every request that may change something is written into the audit log, by construction: what `write` does is audited
 * in its own transaction, and a handler that writes by itself right after it.
 */
import { z } from 'zod';
import { type Store, storeWithin } from '../../store/store.ts';
import { holdThing } from '../../store/thing-lock.ts';
import { recordAudit } from '../audit/records.ts';
import { subjectOf } from '../audit/subject.ts';
import type { Caller } from './caller.ts';
import { type ApiParts, type ApiRequest, type ApiRoute, routeName } from './route.ts';

/** From where a request came. */
export interface Origin {
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
}

/**
 * The route that tells the state of what this one changes: the GET of the same path, or of the thing that a verb acts on.
 * What a POST makes was not there before.
 */
export function findTwin(route: ApiRoute, routes: readonly ApiRoute[]): ApiRoute | undefined {
  if (route.method === 'GET') return undefined;
  const isGet = (path: string) =>
    routes.find((each) => each.method === 'GET' && each.path === path && each.answer !== undefined);
  const thing = route.path.replace(/(\})\/[^{}]+$/, '$1');
  if (route.method !== 'POST') return isGet(route.path);
  return thing !== route.path && thing.endsWith('}') ? isGet(thing) : undefined;
}

export function isAudited(route: ApiRoute): boolean {
  return route.method !== 'GET' && route.changesNothing !== true;
}

type State = Readonly<Record<string, unknown>>;

/** Of one request. Made before the handler runs. */
export class Audit {
  readonly #route: ApiRoute;
  readonly #request: ApiRequest;
  readonly #origin: Origin;
  readonly #twin: ApiRoute | undefined;
  #before: State | undefined;
  #isWritten = false;

  private constructor(
    route: ApiRoute,
    request: ApiRequest,
    origin: Origin,
    twin: ApiRoute | undefined,
    before: State | undefined,
  ) {
    this.#route = route;
    this.#request = request;
    this.#origin = origin;
    this.#twin = twin;
    this.#before = before;
  }

  /** Reads what is there before. That it cannot be read is for the handler to tell, in its own words. */
  static async begin(
    route: ApiRoute,
    request: ApiRequest,
    origin: Origin,
    twin: ApiRoute | undefined,
    parts: ApiParts,
  ): Promise<Audit> {
    const before = twin === undefined ? undefined : await readState(twin, request, parts).catch(() => undefined);
    return new Audit(route, request, origin, twin, before);
  }

  /** What it changes, for whoever takes turns at it; undefined: nothing that was there. */
  get thing(): string | undefined {
    if (this.#twin === undefined || this.#before === undefined) return undefined;
    // To know what a snapshot tells takes a connection more: one of them at a time.
    return this.#twin.toldBySnapshot === true
      ? this.#twin.path
      : `${this.#twin.path} ${JSON.stringify(this.#request.params ?? null)}`;
  }

  /**
   * Within the transaction of the write: from here to its end nobody else changes the thing through this API, and what
   * is there before is read again. Of two at once, the second is told what the first one left.
   */
  async hold(db: Store['db'], parts: ApiParts): Promise<void> {
    const { thing } = this;
    if (thing === undefined || this.#twin === undefined) return;
    await holdThing(db, thing);
    if (this.#twin.toldBySnapshot === true) await parts.refresh();
    const within = { ...parts, store: storeWithin(parts.store, db) };
    this.#before = await readState(this.#twin, this.#request, within).catch(() => undefined);
  }

  /** Whether a route of the same path tells the state of what is changed. */
  get hasTwin(): boolean {
    return this.#twin?.path === this.#route.path;
  }

  /** What is there before, as the API shows it. */
  get before(): unknown {
    return this.#before;
  }

  /** The transaction of the record was undone. */
  undo(): void {
    this.#isWritten = false;
  }

  /** `answer`: what the handler gives back. Once for each request, in whatever transaction `db` is. */
  async record(db: Store['db'], answer: unknown, nowMs: number): Promise<void> {
    if (this.#isWritten) return;
    const { caller, params, requestId } = this.#request;
    const after = encoded(this.#route, answer);
    const named = isTexts(params) ? params : {};
    const subject = subjectOf(this.#route.path, named);
    // A verb of another thing answers with that one: what it was before is not what it is after.
    const isSame = this.hasTwin || after === undefined || after.id === this.#before?.id;
    const before = isSame ? this.#before : undefined;
    const event = {
      organizationId: ownerOf(caller, [named, before, after]),
      actor: caller.actor,
      role: caller.role,
      action: routeName(this.#route),
      resource: { kind: subject.kind, id: subject.id ?? textOf(after?.id) ?? null },
      ...this.#origin,
      before,
      after,
      requestId,
    };
    await recordAudit(db, event, nowMs);
    this.#isWritten = true;
  }
}

async function readState(twin: ApiRoute, request: ApiRequest, parts: ApiParts): Promise<State | undefined> {
  const query = twin.query === undefined ? undefined : twin.query.parse({});
  const write = () => Promise.reject(new Error('a reading route writes'));
  const answer = await twin.handle?.({ ...request, query, body: undefined, write }, parts);
  return encoded(twin, answer);
}

function encoded(route: ApiRoute, answer: unknown): State | undefined {
  if (route.answer === undefined) return undefined;
  const result = z.safeEncode(route.answer, answer);
  return result.success && isState(result.data) ? result.data : undefined;
}

/** Whose thing it is: what says so first. What no organization has is the installation's. */
function ownerOf(caller: Caller, states: readonly (State | undefined)[]): string | null {
  if (caller.role !== 'operator') return caller.organizationId;
  for (const state of states) {
    const id = textOf(state?.organizationId);
    if (id !== undefined) return id;
  }
  return null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isState(value: unknown): value is State {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isState(value) && Object.values(value).every((member) => typeof member === 'string');
}
