/** Asks the provider that keeps a file or a batch, and remembers what it made. */
import type { JsonObject } from '../../dialects/dialect.ts';
import type { JsonEdit } from '../../lib/json.ts';
import type { Resource, ResourceKind } from '../../llm/operation.ts';
import { noUsage } from '../../llm/usage.ts';
import { isResourceId } from '../../operations/resource-paths.ts';
import type { AnswerHost, AnswerReader } from '../answer/answer.ts';
import type { Dispatched } from '../attempt.ts';
import type { GatewayParts } from '../parts.ts';
import { settleLine } from './batch-settlement.ts';
import type { AttemptWays } from './operation-attempt.ts';
import { baseHeaders, dispatchTo, formHeaders, forwardedQuery } from './operation-dispatch.ts';
import type { ResourceCall } from './resource-call.ts';
import type { ResourcePlan } from './resource-plan.ts';
import { ContentReader, ObjectReader } from './resource-reader.ts';

export function dispatchResource(call: ResourceCall, plan: ResourcePlan, parts: GatewayParts): Promise<Dispatched> {
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
        provider: target.credential.id,
        credential: target.credential.id,
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
  return new ContentReader(host, (line) => settleLine(line, facts, parts));
}

/** What the answer says was made or deleted, and fields that must change in what the caller sees. */
function remember(call: ResourceCall, plan: ResourcePlan, body: JsonObject, parts: GatewayParts): readonly JsonEdit[] {
  const { operation } = call;
  const known = plan.resource;
  if (operation.act === 'create' && isResourceId(body.id))
    keep(call, plan, parts, { kind: operation.resource, id: body.id, models: plan.modelsSeen?.() ?? plan.models });
  if (operation.act === 'delete' && known !== undefined && body.deleted !== false)
    keep(call, plan, parts, { ...known, deleted: true });
  if (operation.resource === 'batch') rememberOutputs(call, plan, body, parts);
  return operation.resource === 'message-batch' ? ownResultsUrl(call, body) : [];
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
  made: { kind: ResourceKind; id: string; models?: readonly string[] | undefined; batchId?: string; deleted?: boolean },
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
