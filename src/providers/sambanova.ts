import { bearer, provider } from './provider.ts';

export const sambanova = provider({
  id: 'sambanova',
  name: 'SambaNova',
  baseUrl: 'https://api.sambanova.ai/v1',
  docs: 'https://docs.sambanova.ai/docs/en/features/openai-compatibility',
  auth: bearer,
  keyEnv: ['SAMBANOVA_API_KEY'],
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: {
      path: '/messages',
      countTokensPath: '/messages/count_tokens',
      docs: 'https://docs.sambanova.ai/docs/en/features/anthropic-compatibility',
    },
    'openai-responses': { path: '/responses' },
  },
  serves: {
    'openai-embeddings': {
      path: '/embeddings',
      docs: 'https://docs.sambanova.ai/docs/api-reference/endpoints/embeddings-api',
    },
  },
  modelsPath: '/models',
});
