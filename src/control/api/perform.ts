/** One request of a known caller: parsed by the route's schemas, handled, and its answer encoded by them. */
import { z } from 'zod';
import type { InTurn } from '../../lib/in-turn.ts';
import type { Store } from '../../store/store.ts';
import { checkReach, type Rule } from './access.ts';
import { Audit, isAudited, type Origin } from './auditing.ts';
import type { Caller } from './caller.ts';
import { checkMatch } from './etag.ts';
import { ApiFailure, invalid, notFound } from './failure.ts';
import { type Outcome, runOnce } from './idempotency.ts';
import type { ApiParts, ApiRequest, ApiRoute, Exchange } from './route.ts';

/** Of a route that needs no key: it may see nothing that belongs to anybody. */
const nobody: Caller = {
  role: 'viewer',
  organizationId: '',
  actor: { kind: 'key', id: '', name: 'nobody' },
  secret: '',
};

/** As it came, with nothing checked. */
export interface Asked {
  readonly requestId: string;
  /** With its query. */
  readonly url: string;
  readonly idempotencyKey: string | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Who sends it, looked up again. */
  readonly recheck: () => Promise<Caller>;
  readonly origin: Origin;
  /** The header If-Match. */
  readonly ifMatch?: string | undefined;
  /** The route that reads what this one changes. */
  readonly twin?: ApiRoute | undefined;
  /** Of this process: who changes the same thing waits here. */
  readonly turns: InTurn;
  readonly exchange: Exchange;
}

/** `caller` is absent for routes that need no key. Throws ApiFailure, and whatever the handler throws. */
export async function perform(
  route: ApiRoute,
  rule: Rule,
  asked: Asked,
  caller: Caller | undefined,
  whole: ApiParts,
): Promise<Outcome> {
  await checkAccess(rule, asked, caller, whole);
  const parts = { ...whole, store: storeFor(route, caller, whole.store) };
  const parsed = {
    requestId: asked.requestId,
    exchange: asked.exchange,
    caller: caller ?? nobody,
    recheck: asked.recheck,
    params: parse('params', route.params, asked.params),
    query: parse('query', route.query, asked.query),
    body: parse('body', route.body, asked.body),
  };
  const { method } = route;
  const header = method === 'GET' ? undefined : asked.idempotencyKey;
  const ask = { header, method, url: asked.url, body: asked.body };
  return runOnce(
    ask,
    parsed.caller,
    parts,
    (answer) => encode(route, answer),
    async ({ idempotencyKey, write }) => {
      const writeAhead: ApiRequest['writeAhead'] = (work) => parts.store.db.transaction().execute(work);
      const request: ApiRequest = { ...parsed, idempotencyKey, write, writeAhead };
      return caller === undefined ? route.handle?.(request, parts) : handle(route, request, asked, parts);
    },
  );
}

/** What changes something is in the audit log when it is done: in the transaction of the write, or right after it. */
async function handle(route: ApiRoute, request: ApiRequest, asked: Asked, parts: ApiParts): Promise<unknown> {
  if (!isAudited(route)) return route.handle?.(request, parts);
  const audit = await Audit.begin(route, request, asked.origin, asked.twin, parts);
  const check = () => {
    if (asked.ifMatch !== undefined && route.method !== 'POST') checkMatch(asked.ifMatch, audit.hasTwin, audit.before);
  };
  check();
  const nowMs = parts.clock.nowMs();
  // Whoever waits for another holds no connection meanwhile.
  const inTurn = <T>(work: () => Promise<T>) =>
    audit.thing === undefined ? work() : asked.turns.run(audit.thing, work);
  const held = async <T>(db: Store['db'], work: (db: Store['db']) => Promise<T>) => {
    await audit.hold(db, parts);
    check();
    return work(db);
  };
  const write: ApiRequest['write'] = (work) => {
    const audited = async (db: Store['db']) => {
      const result = await held(db, work);
      await audit.record(db, result, nowMs);
      return result;
    };
    return inTurn(() => request.write(audited)).catch((error: unknown) => {
      audit.undo();
      throw error;
    });
  };
  const writeAhead: ApiRequest['writeAhead'] = (work) => inTurn(() => request.writeAhead((db) => held(db, work)));
  const answer = await route.handle?.({ ...request, write, writeAhead }, parts);
  await audit.record(parts.store.db, answer, nowMs);
  return answer;
}

/** The second wall: whoever works on one organization gets a database in which there is no other. */
function storeFor(route: ApiRoute, caller: Caller | undefined, store: Store): Store {
  const isWhole = caller === undefined || caller.role === 'operator' || route.acrossOrganizations !== undefined;
  return isWhole ? store : store.ofOrganization(caller.organizationId);
}

/** JSON by the route's schema: members that it does not name never leave. A file stays as it is. */
function encode(route: ApiRoute, answer: unknown): unknown {
  return route.answer === undefined ? answer : z.encode(route.answer, answer);
}

/** Before anything else is looked at: whoever may not be here learns nothing of what would be valid. */
async function checkAccess(rule: Rule, asked: Asked, caller: Caller | undefined, parts: ApiParts): Promise<void> {
  if ('auth' in rule) return;
  if (caller === undefined) throw new Error('a route that needs a key was asked without a caller');
  const organizationId = organizationOf(asked.params);
  checkReach(rule, caller, organizationId);
  if (organizationId !== undefined) await checkOrganization(parts.store.db, organizationId);
}

function organizationOf(params: unknown): string | undefined {
  const id = typeof params === 'object' && params !== null && 'organizationId' in params && params.organizationId;
  return typeof id === 'string' ? id : undefined;
}

async function checkOrganization(db: Store['db'], id: string): Promise<void> {
  if (id.includes('\0')) throw notFound('organization', id);
  const found = await db.selectFrom('organizations').select('id').where('id', '=', id).executeTakeFirst();
  if (found === undefined) throw notFound('organization', id);
}

/** Throws ApiFailure (invalid_request) that names the field. */
function parse(where: 'body' | 'query' | 'params', schema: z.ZodType | undefined, value: unknown): unknown {
  refuseNul(value, '');
  if (schema === undefined) {
    if (where === 'body' ? value === undefined : isEmpty(value)) return undefined;
    if (where === 'params') return undefined;
    throw new ApiFailure('invalid_request', `This route takes no ${where}.`, { remedy: 'Leave it out.', path: where });
  }
  const result = schema.safeParse(value);
  if (!result.success) throw invalid(where, result.error);
  return result.data;
}

function isEmpty(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

/** Postgres keeps no NUL in a text, and would refuse it in the middle of a write. */
function refuseNul(value: unknown, path: string): void {
  if (typeof value === 'string' && value.includes('\0')) {
    const remedy = 'Leave NUL characters out.';
    throw new ApiFailure('invalid_request', `${path || 'A text'} holds a NUL character.`, { remedy, path });
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    refuseNul(name, path);
    refuseNul(member, path === '' ? name : `${path}.${name}`);
  }
}
