/** What a request for a file or a batch means: whose it is, which provider keeps it, and what is sent there. */

import { LineCutter } from '../../lib/lines.ts';
import { invalidRequest, LlmFailure } from '../../llm/error.ts';
import type { BatchAsk, BatchEstimate, Resource, ResourceKind } from '../../llm/operation.ts';
import { BatchAsks, readRequestLine } from '../../operations/batch-lines.ts';
import type { PathParts } from '../../operations/operation.ts';
import { pathFor } from '../../providers/provider.ts';
import { receiveBody } from '../body.ts';
import type { GatewayParts } from '../parts.ts';
import { estimateBatch } from './batch-funds.ts';
import { inputFileOf, readMessageBatch } from './batch-request.ts';
import type { ResourceCall } from './resource-call.ts';
import { checkModels, chosenKeeper, type Keeper, keeperOf } from './resource-targets.ts';
import { receiveUpload, type Upload } from './upload.ts';

export interface ResourcePlan {
  readonly keeper: Keeper;
  /** Behind the provider's address. */
  readonly path: string;
  /** What is asked about; absent for what is being made. */
  readonly resource?: Resource;
  readonly body?: Buffer;
  /** The caller's bytes, of which `body` was made. */
  readonly received?: Buffer;
  readonly upload?: Upload;
  readonly models: readonly string[] | undefined;
  /** What the requests in an upload ask, once all of it has come; undefined: it is no input of a batch. */
  readonly asksSeen?: () => readonly BatchAsk[] | undefined;
  /** What the batch that is being made may take. */
  readonly estimate?: BatchEstimate;
  /** The batch whose results are read. */
  readonly batch?: Resource;
}

/** Rejects with LlmFailure. */
export function planResource(call: ResourceCall, path: PathParts, parts: GatewayParts): Promise<ResourcePlan> {
  if (call.operation.act !== 'create') return planFor(call, path.id ?? '', parts);
  if (call.operation.wire === 'openai-files') return planUpload(call, parts);
  return call.operation.wire === 'openai-batches' ? planBatch(call, parts) : planMessageBatch(call, parts);
}

const names: Readonly<Record<ResourceKind, string>> = {
  file: 'file',
  batch: 'batch',
  'message-batch': 'message batch',
};

/** What is not this organization's is not there. */
export async function ownResource(
  call: ResourceCall,
  kind: ResourceKind,
  id: string,
  parts: GatewayParts,
): Promise<Resource> {
  const found = await parts.resources.find(kind, id, call.organizationId);
  if (found !== undefined) return found;
  throw new LlmFailure({
    kind: 'not-found',
    message: `There is no ${names[kind]} with the id ${id} in your organization.`,
    code: 'not_found',
  });
}

const verbs = { cancel: '/cancel', content: '/content', get: '', delete: '', create: '', list: '' } as const;

async function planFor(call: ResourceCall, id: string, parts: GatewayParts): Promise<ResourcePlan> {
  const { operation, snapshot, key } = call;
  const resource = await ownResource(call, operation.resource, id, parts);
  const keeper = keeperOf(snapshot, key, operation.wire, resource.credential);
  const isResults = operation.act === 'content' && operation.resource === 'message-batch';
  const verb = isResults ? '/results' : verbs[operation.act];
  const batch = await batchOf(call, resource, parts);
  const path = `${pathOf(keeper)}/${id}${verb}`;
  return { keeper, resource, models: resource.models, path, ...(batch && { batch }) };
}

async function batchOf(call: ResourceCall, resource: Resource, parts: GatewayParts): Promise<Resource | undefined> {
  if (call.operation.act !== 'content') return undefined;
  if (resource.kind === 'message-batch') return resource;
  return resource.batchId === undefined
    ? undefined
    : parts.resources.find('batch', resource.batchId, call.organizationId);
}

export function pathOf({ service, target }: Keeper): string {
  const { settings } = target.credential;
  return pathFor(service.path, { model: '', stream: false, ...(settings && { settings }) });
}

/** Lines of requests that are looked at; a file with a longer one is no input of a batch. */
const lineBytesMax = 8 * 1024 * 1024;
const modelsMax = 64;

/** A file passes as it comes. What its lines ask of which models is kept, for the batch that may be made of it. */
async function planUpload(call: ResourceCall, parts: GatewayParts): Promise<ResourcePlan> {
  const { operation, snapshot, key } = call;
  const keeper = chosenKeeper(snapshot, key, operation.wire, call.header('x-tollgate-provider'));
  const asks = new BatchAsks();
  let isInput = true;
  const lines = new LineCutter((line) => {
    const ask = isInput ? readRequestLine(line) : undefined;
    if (ask === undefined || asks.models.length > modelsMax) isInput = false;
    else asks.add(ask);
  }, lineBytesMax);
  const upload = await receiveUpload(call.request, parts.settings, {
    bytesMax: parts.settings.uploadBytesMax,
    wanted: [],
    onFile: (piece) => {
      if (isInput) lines.push(piece);
    },
  });
  const asksSeen = () => {
    if (isInput) lines.end();
    return isInput && asks.list.length > 0 ? asks.list : undefined;
  };
  return { keeper, path: pathOf(keeper), upload, models: undefined, asksSeen };
}

async function planBatch(call: ResourceCall, parts: GatewayParts): Promise<ResourcePlan> {
  const { operation, snapshot, key } = call;
  const body = await receiveBody(call.request, parts.settings);
  const file = await ownResource(call, 'file', inputFileOf(body), parts);
  if (file.models === undefined)
    throw invalidRequest(
      `The file ${file.id} is no input of a batch: each of its lines needs body.model, and it may name at most ${modelsMax} models`,
      'input_file_id',
    );
  const keeper = keeperOf(snapshot, key, operation.wire, file.credential);
  checkModels(snapshot, key, file.credential, file.models, parts.clock.nowMs());
  // A file of before asks were counted has none.
  const estimate = file.asks && estimateBatch(file.asks, keeper, call, parts.clock.nowMs());
  return { keeper, path: pathOf(keeper), body, received: body, models: file.models, ...(estimate && { estimate }) };
}

async function planMessageBatch(call: ResourceCall, parts: GatewayParts): Promise<ResourcePlan> {
  const { operation, snapshot, key } = call;
  const received = await receiveBody(call.request, parts.settings);
  const { body, credential, asks } = readMessageBatch(received, snapshot, key, (target) => {
    return target.credential.provider.serves?.[operation.wire] !== undefined;
  });
  const keeper = keeperOf(snapshot, key, operation.wire, credential);
  const { models } = asks;
  checkModels(snapshot, key, credential, models, parts.clock.nowMs());
  const estimate = estimateBatch(asks.list, keeper, call, parts.clock.nowMs());
  return { keeper, path: pathOf(keeper), body, received, models, estimate };
}
