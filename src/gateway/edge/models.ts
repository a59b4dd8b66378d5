/** Which names this key may call, in the caller's own list format. */
import type { IncomingMessage } from 'node:http';
import type { CatalogModel } from '../../catalog/catalog.ts';
import type { ModelListFormat } from '../../dialects/model-list.ts';
import { LlmFailure } from '../../llm/error.ts';
import type { ListedModel } from '../../llm/model-list.ts';
import { keyMayCall } from '../../snapshot/allow-list.ts';
import type { Key, Snapshot } from '../../snapshot/snapshot.ts';

export function callableModels(snapshot: Snapshot, key: Key, nowMs: number): readonly ListedModel[] {
  const routes = snapshot
    .listRoutes()
    .filter((route) => keyMayCall(key, [route.name, ...route.targets.map((target) => target.model.id)]))
    .map((route) => ({ id: route.name, owner: 'tollgate', createdAtMs: 0 }));
  const models = snapshot
    .listModels()
    .filter((model) => keyMayCall(key, [model.id]))
    .map((model) => listed(model, nowMs));
  return [...routes, ...models];
}

function listed(model: CatalogModel, nowMs: number): ListedModel {
  const { id, provider, createdAtMs = 0, contextTokens, outputTokensMax, inputs, tools, thinks } = model;
  const price = model.priceAt(nowMs);
  return {
    id,
    owner: provider,
    createdAtMs,
    contextTokens,
    outputTokensMax,
    inputs,
    tools,
    thinks,
    ...(price && {
      price: { input: price.input.base, output: price.output.base, cacheRead: price.cacheRead?.base },
    }),
  };
}

/** The list, with the paging parameters of its format. Throws LlmFailure (invalid-request) for a bad limit. */
export function renderModelList(
  format: ModelListFormat,
  models: readonly ListedModel[],
  request: IncomingMessage,
): string {
  return format.renderList(models, new URLSearchParams(request.url?.split('?', 2)[1] ?? ''));
}

/** Throws LlmFailure (model-not-found). */
export function renderModel(format: ModelListFormat, models: readonly ListedModel[], id: string): string {
  const model = models.find((candidate) => candidate.id === id);
  if (model === undefined) {
    throw new LlmFailure({
      kind: 'model-not-found',
      message: `The model ${JSON.stringify(id.slice(0, 256))} does not exist here, or this key may not call it. GET /v1/models lists what it may.`,
      param: 'model',
      code: 'model_not_found',
    });
  }
  return format.renderOne(model);
}
