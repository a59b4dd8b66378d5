/**
 * Lists of models as each SDK reads them.
 * https://platform.openai.com/docs/api-reference/models/list · https://docs.anthropic.com/en/api/models-list ·
 * https://ai.google.dev/api/models
 */
import { invalidRequest } from '../llm/error.ts';
import type { ListedModel } from '../llm/model-list.ts';

export interface ModelListFormat {
  /** JSON text of the list. Throws LlmFailure (invalid-request) for a bad paging parameter. */
  renderList(models: readonly ListedModel[], query: URLSearchParams): string;
  renderOne(model: ListedModel): string;
}

/** Everything at once: OpenAI's list has no pages. */
export const openaiModelList: ModelListFormat = {
  renderList: (models) => JSON.stringify({ object: 'list', data: models.map(asOpenai) }),
  renderOne: (model) => JSON.stringify(asOpenai(model)),
};

/** Pages of up to 1000, by the id before or after. */
export const anthropicModelList: ModelListFormat = {
  renderList: (models, query) => {
    const limit = readLimit(query.get('limit'));
    const after = models.findIndex((model) => model.id === query.get('after_id'));
    const before = models.findIndex((model) => model.id === query.get('before_id'));
    const end = before === -1 ? models.length : before;
    const start = before === -1 ? after + 1 : Math.max(0, end - limit);
    const page = models.slice(start, Math.min(end, start + limit));
    return JSON.stringify({
      data: page.map(asAnthropic),
      has_more: before === -1 ? start + page.length < models.length : start > 0,
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
    });
  },
  renderOne: (model) => JSON.stringify(asAnthropic(model)),
};

/** Pages of up to 1000; a token names the last model of the page before. */
export const geminiModelList: ModelListFormat = {
  renderList: (models, query) => {
    const size = readPageSize(query.get('pageSize') ?? query.get('page_size'));
    const token = query.get('pageToken') ?? query.get('page_token') ?? '';
    const last = token === '' ? undefined : Buffer.from(token, 'base64url').toString('utf8');
    const start = last === undefined ? 0 : models.findIndex((model) => model.id === last) + 1;
    if (last !== undefined && start === 0)
      throw invalidRequest('pageToken must be the nextPageToken of the page before', 'pageToken');
    const page = models.slice(start, start + size);
    const isLast = start + page.length >= models.length;
    const next = isLast ? {} : { nextPageToken: Buffer.from(page.at(-1)?.id ?? '').toString('base64url') };
    return JSON.stringify({ models: page.map(asGemini), ...next });
  },
  renderOne: (model) => JSON.stringify(asGemini(model)),
};

function readPageSize(text: string | null): number {
  if (text === null || text === '0') return 50;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1) throw invalidRequest('pageSize must be a positive integer', 'pageSize');
  return Math.min(size, 1000);
}

function readLimit(text: string | null): number {
  if (text === null) return 20;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalidRequest('limit must be an integer from 1 to 1000', 'limit');
  return limit;
}

/** Beyond OpenAI's four fields: what clients read of OpenRouter's list. https://openrouter.ai/docs/models */
function asOpenai(model: ListedModel): object {
  const { contextTokens, outputTokensMax, inputs = [], price, tools, thinks } = model;
  return {
    id: model.id,
    object: 'model',
    created: Math.floor(model.createdAtMs / 1000),
    owned_by: model.owner,
    ...(contextTokens && { context_length: contextTokens }),
    ...(outputTokensMax && { max_output_tokens: outputTokensMax }),
    ...(inputs.length > 0 && { architecture: { input_modalities: inputs, output_modalities: ['text'] } }),
    ...(price && {
      pricing: {
        prompt: usdPerToken(price.input),
        completion: usdPerToken(price.output),
        ...(price.cacheRead !== undefined && { input_cache_read: usdPerToken(price.cacheRead) }),
      },
    }),
    ...((tools || thinks) && {
      supported_parameters: [...(tools ? ['tools', 'tool_choice'] : []), ...(thinks ? ['reasoning'] : [])],
    }),
  };
}

/** Exact, without an exponent: `0.00000125`. */
function usdPerToken(pico: bigint): string {
  const digits = String(pico).padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '');
}

/** https://platform.claude.com/docs/en/api/models/list */
function asAnthropic(model: ListedModel): object {
  return {
    type: 'model',
    id: model.id,
    display_name: model.id,
    created_at: new Date(model.createdAtMs).toISOString(),
    max_input_tokens: model.contextTokens ?? null,
    max_tokens: model.outputTokensMax ?? null,
    capabilities: null,
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null,
  };
}

function asGemini(model: ListedModel): object {
  return {
    name: `models/${model.id}`,
    displayName: model.id,
    version: '',
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  };
}
