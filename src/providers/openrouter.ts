import { bearer, openaiServices, provider } from './provider.ts';

export const openrouter = provider({
  id: 'openrouter',
  name: 'OpenRouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  docs: 'https://openrouter.ai/docs/api/reference/overview',
  auth: bearer,
  keyEnv: ['OPENROUTER_API_KEY'],
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: { path: '/messages' },
    'openai-responses': { path: '/responses' },
  },
  // Pictures (/images) and batches (requests in the body) are not in OpenAI's shape.
  serves: {
    ...openaiServices(
      ['openai-embeddings', 'openai-speech', 'openai-transcriptions', 'jina-rerank'],
      'https://openrouter.ai/docs/api/reference/overview',
    ),
    'openai-completions': { path: '/completions', docs: 'https://openrouter.ai/docs/api-reference/completion' },
  },
  catalogId: 'openrouter',
  choosesItself: true,
  // /models answers without a key, so it proves nothing.
  modelsPath: '/models/user',
});
