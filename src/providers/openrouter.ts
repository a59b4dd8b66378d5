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
  serves: openaiServices(['openai-embeddings', 'openai-speech', 'openai-completions', 'jina-rerank']),
  catalogId: 'openrouter',
  // /models answers without a key, so it proves nothing.
  modelsPath: '/models/user',
});
