import { bearer, provider } from './provider.ts';

export const baseten = provider({
  id: 'baseten',
  name: 'Baseten',
  baseUrl: 'https://inference.baseten.co/v1',
  docs: 'https://docs.baseten.co/quickstart',
  auth: bearer,
  keyEnv: ['BASETEN_API_KEY'],
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: { path: '/messages', docs: 'https://docs.baseten.co/reference/inference-api/messages.md' },
  },
  catalogId: 'baseten',
  modelsPath: '/models',
});
