import { bearer, openaiServices, provider } from './provider.ts';

/** The Anthropic endpoint takes Bearer only. */
export const fireworks = provider({
  id: 'fireworks',
  name: 'Fireworks AI',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  docs: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
  auth: bearer,
  keyEnv: ['FIREWORKS_API_KEY'],
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: { path: '/messages', docs: 'https://docs.fireworks.ai/tools-sdks/anthropic-compatibility' },
    'openai-responses': { path: '/responses', docs: 'https://docs.fireworks.ai/guides/response-api' },
  },
  // Reranking answers `data` where Jina's shape has `results`.
  serves: {
    ...openaiServices(['openai-embeddings'], 'https://docs.fireworks.ai/guides/querying-embeddings-models'),
    ...openaiServices(['openai-completions'], 'https://docs.fireworks.ai/api-reference/post-completions'),
  },
  catalogId: 'fireworks',
  modelsPath: '/models',
});
