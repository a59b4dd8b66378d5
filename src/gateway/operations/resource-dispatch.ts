/** Asks the provider that keeps a file or a batch, and remembers what it made. */
import type { JsonObject } from '../../dialects/dialect.ts';
import type { JsonEdit } from '../../lib/json.ts';
import type { Resource } from '../../llm/operation.ts';
import { noUsage } from '../../llm/usage.ts';
import { isResourceId } from '../../operations/resource-paths.ts';
import { isObject } from '../../operations/usage-readers.ts';
import type { AnswerHost, AnswerReader } from '../answer/answer.ts';
import type { Dispatched } from '../attempt.ts';
import { paidBy } from '../metering/payer.ts';
import type { GatewayParts } from '../parts.ts';
import { reserveBatch } from './batch-funds.ts';
import { settleLine } from './batch-settlement.ts';
import type { AttemptWays } from './operation-attempt.ts';
import { baseHeaders, dispatchTo, formHeaders, forwardedQuery } from './operation-dispatch.ts';
import type { ResourceCall } from './resource-call.ts';
import type { ResourcePlan } from './resource-plan.ts';
import { ContentReader, ObjectReader } from './resource-reader.ts';

/** Rejects with LlmFailure (payment-required, unavailable) where a batch cannot be paid for. */
export async function dispatchResource(
  call: ResourceCall,
  plan: ResourcePlan,
  parts: GatewayParts,
): Promise<Dispatched> {
  const known = plan.estimate && (await reserveBatch(call, plan.estimate, parts));
  try {
    return await dispatchPlanned(call, plan, parts);
  } finally {
    known?.();
  }
}

function dispatchPlanned(call: ResourceCall, plan: ResourcePlan, parts: GatewayParts): Promise<Dispatched> {
  const { operation } = call;
  const { service, target } = plan.keeper;
  const sent = plan.upload?.send();
  const headers = baseHeaders(call, operation.forwardedHeaders, {
    accept: '*/*',
    ...service.headers,
    ...(plan.body !== undefined && { 'content-type': 'application/json' }),
    ...(sent && formHeaders(call, sent)),
  });
  const query = forwardedQuery(call, operation.forwardedQuery);
  // A POST without a body says so.
  const body = plan.body ?? sent ?? (operation.method === 'POST' ? Buffer.alloc(0) : undefined);
  const outgoing = { method: operation.method, path: plan.path, query, headers, body };
  return dispatchTo(call, target, outgoing, waysFor(call, plan, parts), parts);
}

function waysFor(call: ResourceCall, plan: ResourcePlan, parts: GatewayParts): AttemptWays {
  const { operation } = call;
  const { target } = plan.keeper;
  return {
    target,
    stream: false,
    begin: (attemptId) =>
      parts.journal.attempt({
        type: 'attempt',
        requestId: call.id,
        attemptId,
        startedAtMs: parts.clock.nowMs(),
        target: target.model.id,
        provider: target.model.provider,
        credential: target.credential.id,
        ...paidBy(target),
        upstreamDialect: operation.wire,
        inputNanoUsd: '0',
        outputPicoUsd: '0',
      }),
    reader: (_headers, host) => readerFor(call, plan, host, parts),
    parseError: (status, headers, body) => operation.voice.parseError(status, headers, body),
    costHeaders: () => ({}),
    progress: (_tally, now) => ({
      type: 'progress',
      requestId: call.id,
      usage: noUsage,
      costNanoUsd: '0',
      elapsedMs: now - call.startedAt,
    }),
  };
}

function readerFor(call: ResourceCall, plan: ResourcePlan, host: AnswerHost, parts: GatewayParts): AnswerReader {
  if (call.operation.act !== 'content')
    return new ObjectReader(host, (body) => remember(call, plan, body, parts), parts.settings.answerBytesMax);
  const { resource } = plan;
  const batchId = resource?.kind === 'message-batch' ? resource.id : resource?.batchId;
  if (resource === undefined || batchId === undefined) return new ContentReader(host);
  const wire = resource.kind === 'message-batch' ? 'anthropic-batches' : 'openai-batches';
  // Results of a batch are kept as a file, but sold as a batch.
  const service = plan.keeper.target.credential.provider.serves?.[wire] ?? plan.keeper.service;
  const { sales } = call.key.organization;
  const facts = { resource, batchId, service, snapshot: call.snapshot, sales, wire } as const;
  let answered = false;
  return new ContentReader(
    host,
    (line) => {
      answered = settleLine(line, facts, parts) || answered;
    },
    // Of a file with the failures alone nothing follows for the rest.
    () => answered && endBatch(call, plan, plan.batch, parts),
  );
}

/** It takes nothing any more from what another batch may cost. */
function endBatch(call: ResourceCall, plan: ResourcePlan, batch: Resource | undefined, parts: GatewayParts): void {
  if (batch?.estimate !== undefined && batch.settled !== true) keep(call, plan, parts, { ...batch, settled: true });
}

/** Over, and without an answer that could be read. */
function endedEmpty({ status, output_file_id: output, processing_status: state, request_counts: counts }: JsonObject) {
  if (state === 'ended') return isObject(counts) && counts.succeeded === 0;
  return typeof status === 'string' && ['failed', 'expired', 'cancelled'].includes(status) && !isResourceId(output);
}

/** What the answer says was made or deleted, and fields that must change in what the caller sees. */
function remember(call: ResourceCall, plan: ResourcePlan, body: JsonObject, parts: GatewayParts): readonly JsonEdit[] {
  const { operation } = call;
  const known = plan.resource;
  if (operation.act === 'create' && isResourceId(body.id))
    keep(call, plan, parts, { kind: operation.resource, id: body.id, ...toldOf(plan) });
  if (operation.act === 'delete' && known !== undefined && body.deleted !== false)
    keep(call, plan, parts, { ...known, deleted: true });
  else if (operation.resource !== 'file' && known !== undefined && endedEmpty(body)) endBatch(call, plan, known, parts);
  if (operation.resource === 'batch') rememberOutputs(call, plan, body, parts);
  return operation.resource === 'message-batch' ? ownResultsUrl(call, body) : [];
}

function toldOf({ models, asksSeen, estimate }: ResourcePlan): Pick<Resource, 'models' | 'asks' | 'estimate'> {
  const asks = asksSeen?.();
  const named = asks?.map(({ model }) => model) ?? models;
  return { ...(named && { models: named }), ...(asks && { asks }), ...(estimate && { estimate }) };
}

/** The files with the results are the batch's own. */
export function rememberOutputs(
  call: ResourceCall,
  plan: Pick<ResourcePlan, 'keeper' | 'resource' | 'models'>,
  body: JsonObject,
  parts: GatewayParts,
): void {
  if (!isResourceId(body.id)) return;
  for (const id of [body.output_file_id, body.error_file_id]) {
    if (isResourceId(id)) keep(call, plan, parts, { kind: 'file', id, batchId: body.id, models: plan.models });
  }
}

function keep(
  call: ResourceCall,
  { keeper, resource }: Pick<ResourcePlan, 'keeper' | 'resource'>,
  parts: GatewayParts,
  made: Pick<Resource, 'kind' | 'id'> & Partial<Omit<Resource, 'models'>> & { models?: readonly string[] | undefined },
): void {
  const { models, ...rest } = made;
  const kept: Resource = {
    credential: keeper.target.credential.id,
    organizationId: call.organizationId,
    // Who made the batch pays for its answers, whoever reads them.
    keyId: resource?.keyId ?? call.key.id,
    createdAtMs: parts.clock.nowMs(),
    ...rest,
    ...(models !== undefined && { models }),
  };
  call.resources.push(kept);
  parts.resources.add(kept);
}

/** SDKs follow this address as it is, with the key that they were given: it must lead back here. */
export function ownResultsUrl(call: ResourceCall, body: JsonObject): readonly JsonEdit[] {
  if (typeof body.results_url !== 'string' || !isResourceId(body.id)) return [];
  const { headers, socket } = call.request;
  const host = headers.host ?? `${socket.localAddress}:${socket.localPort}`;
  const scheme = headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  const url = `${scheme}://${host}/v1/messages/batches/${body.id}/results`;
  return [{ name: 'results_url', value: JSON.stringify(url) }];
}
