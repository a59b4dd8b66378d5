import { bearer, provider } from './provider.ts';

/** Accounts in China have their keys at https://api.moonshot.cn: set `baseUrl`. */
export const moonshot = provider({
  id: 'moonshot',
  name: 'Moonshot AI',
  baseUrl: 'https://api.moonshot.ai',
  docs: 'https://platform.kimi.ai/docs/api/overview.md',
  auth: bearer,
  keyEnv: ['MOONSHOT_API_KEY'],
  speaks: {
    'openai-chat': { path: '/v1/chat/completions' },
    anthropic: { path: '/anthropic/v1/messages' },
    'openai-responses': { path: '/v1/responses' },
  },
  serves: {
    'openai-files': { path: '/v1/files', docs: 'https://platform.kimi.ai/docs/api/batch-create' },
    'openai-batches': {
      path: '/v1/batches',
      docs: 'https://platform.kimi.ai/docs/pricing/batch',
      percentOfPrice: 60,
    },
  },
  catalogId: 'moonshotai',
  modelsPath: '/v1/models',
});
