import { bearer, provider } from './provider.ts';

export const novita = provider({
  id: 'novita',
  name: 'Novita AI',
  baseUrl: 'https://api.novita.ai',
  docs: 'https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion',
  auth: bearer,
  keyEnv: ['NOVITA_API_KEY'],
  speaks: {
    'openai-chat': { path: '/openai/v1/chat/completions' },
    anthropic: {
      path: '/anthropic/v1/messages',
      docs: 'https://novita.ai/docs/guides/llm-anthropic-compatibility',
    },
  },
  serves: {
    'openai-embeddings': { path: '/openai/v1/embeddings' },
    'openai-completions': { path: '/openai/v1/completions' },
  },
  catalogId: 'novita',
  modelsPath: '/openai/v1/models',
});
