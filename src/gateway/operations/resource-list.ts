/** Lists of an organization's own files and batches: the ids are known here, the objects are the providers'. */
import type { JsonObject } from '../../dialects/dialect.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { Resource } from '../../llm/operation.ts';
import { isObject } from '../../operations/usage-readers.ts';
import { ownHeaders } from '../edge/headers.ts';
import type { Ending } from '../metering/meter.ts';
import type { GatewayParts } from '../parts.ts';
import { withSignature } from '../upstream/signers.ts';
import { baseHeaders } from './operation-dispatch.ts';
import type { ResourceCall } from './resource-call.ts';
import { ownResultsUrl, rememberOutputs } from './resource-dispatch.ts';
import { pathOf } from './resource-plan.ts';
import { type Keeper, keepersOf } from './resource-targets.ts';

const limitMax = 100;
/** Providers are asked object by object: a list costs them no more than so many questions at a time. */
const atOnceMax = 8;
const waitMs = 30_000;
const objectBytesMax = 1024 * 1024;

interface Page {
  readonly limit: number;
  readonly after?: string;
  readonly ascending: boolean;
  readonly purpose?: string;
}

/** Rejects with LlmFailure (invalid-request, unavailable). */
export async function listResources(call: ResourceCall, parts: GatewayParts): Promise<Ending<Keeper>> {
  const page = readPage(call);
  const { kind, organizationId } = { kind: call.operation.resource, organizationId: call.organizationId };
  const keepers = keepersOf(call.snapshot, call.key, call.operation.wire);
  const found = await parts.resources.list({ ...page, kind, organizationId, limit: page.limit + 1 });
  const shown = found.slice(0, page.limit);
  const objects: (JsonObject | undefined)[] = [];
  for (let from = 0; from < shown.length; from += atOnceMax) {
    const some = shown.slice(from, from + atOnceMax);
    objects.push(...(await Promise.all(some.map((each) => fetchObject(call, each, keepers, parts)))));
  }
  const data = objects.filter((each) => each !== undefined && (page.purpose ?? each.purpose) === each.purpose);
  const list = {
    ...(call.operation.wire === 'anthropic-batches' ? {} : { object: 'list' }),
    data,
    has_more: found.length > page.limit,
    first_id: shown[0]?.id ?? null,
    last_id: shown.at(-1)?.id ?? null,
  };
  if (call.delivery.gone) return { status: 'cancelled', billable: false };
  call.delivery.send(200, ownHeaders(call), JSON.stringify(list));
  return { status: 'completed', billable: false };
}

function readPage({ request }: ResourceCall): Page {
  const query = new URLSearchParams(request.url?.split('?', 2)[1] ?? '');
  if (query.has('before_id')) throw invalidRequest('before_id is not served here; page on with after_id', 'before_id');
  const text = query.get('limit');
  const limit = text === null ? 20 : Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw invalidRequest('limit must be a whole number from 1', 'limit');
  const after = query.get('after') ?? query.get('after_id');
  const purpose = query.get('purpose');
  return {
    limit: Math.min(limit, limitMax),
    ascending: query.get('order') === 'asc',
    ...(after !== null && { after }),
    ...(purpose !== null && { purpose }),
  };
}

/** Undefined: its provider has it no more, or cannot be asked now. */
async function fetchObject(
  call: ResourceCall,
  resource: Resource,
  keepers: readonly Keeper[],
  parts: GatewayParts,
): Promise<JsonObject | undefined> {
  const keeper = keepers.find(({ target }) => target.credential.id === resource.credential);
  if (keeper === undefined) return undefined;
  try {
    const body = await getJson(call, keeper, `${pathOf(keeper)}/${resource.id}`, parts);
    if (body === undefined) return undefined;
    if (resource.kind === 'batch') rememberOutputs(call, { keeper, resource, models: resource.models }, body, parts);
    const [edit] = resource.kind === 'message-batch' ? ownResultsUrl(call, body) : [];
    return edit?.value === undefined ? body : { ...body, [edit.name]: JSON.parse(edit.value) };
  } catch (error) {
    parts.log.warn({ error, requestId: call.id, resource: resource.id }, 'a provider did not say what it keeps');
    return undefined;
  }
}

async function getJson(
  call: ResourceCall,
  { target, service }: Keeper,
  path: string,
  parts: GatewayParts,
): Promise<JsonObject | undefined> {
  const { credential } = target;
  const upstream = parts.upstreams.of(target);
  const whole = upstream.prefix + path;
  const own = credential.secret === undefined ? {} : credential.provider.auth.headers(credential.secret);
  const headers = { ...baseHeaders(call, call.operation.forwardedHeaders, { ...service.headers }), ...own };
  const signed = await withSignature(
    {
      method: 'GET',
      url: upstream.origin + whole,
      headers: { ...headers, ...credential.headers },
      body: Buffer.alloc(0),
    },
    credential,
  );
  call.dispatchedAt ??= parts.clock.monotonicMs();
  const answer = await upstream.pool.request({
    path: whole,
    method: 'GET',
    headers: signed,
    headersTimeout: waitMs,
    bodyTimeout: waitMs,
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > objectBytesMax) throw new Error(`more than ${objectBytesMax} bytes`);
    chunks.push(chunk);
  }
  if (answer.statusCode !== 200) return undefined;
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return isObject(body) ? body : undefined;
}
