import { bearer, provider } from './provider.ts';

const strict = 'unknown fields are refused with 400 (invalid request body: json: unknown field)';

/** Chat completions ended on 2026-09-27 ("Sonar is now the Agent API"): models are `perplexity/sonar` and others'. */
export const perplexity = provider({
  id: 'perplexity',
  name: 'Perplexity',
  baseUrl: 'https://api.perplexity.ai',
  docs: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar/how-to.md',
  auth: bearer,
  serves: {
    'openai-embeddings': { path: '/v1/embeddings', docs: 'https://docs.perplexity.ai/api-reference/embeddings-post' },
  },
  keyEnv: ['PERPLEXITY_API_KEY'],
  speaks: {
    'openai-responses': {
      path: '/v1/responses',
      quirks: [
        {
          edit: formatToTop,
          field: 'text',
          why: 'unknown fields are refused with 400, and `text` is one: the format stands at the top level',
        },
        { drop: 'include', why: strict },
        { drop: 'prompt_cache_key', why: strict },
        { drop: 'safety_identifier', why: strict },
        { drop: 'service_tier', why: strict },
        { drop: 'user', why: strict },
      ],
    },
  },
  modelsPath: '/v1/models',
});

/** `text.format` of Responses becomes `response_format` of chat. */
function formatToTop(body: Record<string, unknown>): string | undefined {
  const { format, ...rest } = (body.text ?? {}) as Record<string, unknown>;
  const { type, ...schema } = (format ?? {}) as Record<string, unknown>;
  delete body.text;
  if (type === 'json_schema') body.response_format = { type, json_schema: schema };
  else if (type !== undefined && type !== 'text') body.response_format = { type };
  const [lost] = Object.keys(rest);
  return lost === undefined ? undefined : `text.${lost}`;
}
