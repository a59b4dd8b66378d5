import { bearer, provider, refusedCredential } from './provider.ts';

/** By its compatibility API; models are listed by its own. */
export const cohere = provider({
  id: 'cohere',
  name: 'Cohere',
  baseUrl: 'https://api.cohere.ai',
  docs: 'https://docs.cohere.com/docs/compatibility-api',
  auth: bearer,
  keyEnv: ['CO_API_KEY', 'COHERE_API_KEY'],
  speaks: { 'openai-chat': { path: '/compatibility/v1/chat/completions' } },
  serves: {
    'cohere-embeddings': { path: '/v2/embed', docs: 'https://docs.cohere.com/reference/embed' },
    'cohere-rerank': { path: '/v2/rerank', docs: 'https://docs.cohere.com/reference/rerank' },
  },
  catalogId: 'cohere',
  modelsPath: '/v1/models',
  // `{"id":"2d46…","message":"Incorrect API key provided: ***. …"}`
  parseError: (status, body) => {
    const error = body as { id?: unknown; message?: unknown } | null | undefined;
    if (typeof error?.message !== 'string' || typeof error.id !== 'string') return undefined;
    return status === 401 ? refusedCredential(error.message) : { message: error.message };
  },
});
