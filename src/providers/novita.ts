import { bearer, provider } from './provider.ts';

export const novita = provider({
  id: 'novita',
  name: 'Novita AI',
  baseUrl: 'https://api.novita.ai',
  docs: 'https://novita.ai/docs/guides/llm-anthropic-compatibility',
  auth: bearer,
  keyEnv: ['NOVITA_API_KEY'],
  speaks: {
    'openai-chat': { path: '/v3/openai/chat/completions' },
    anthropic: { path: '/anthropic/v1/messages' },
  },
  catalogId: 'novita',
  modelsPath: '/v3/openai/models',
});
