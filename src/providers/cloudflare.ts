import { bearer, provider } from './provider.ts';

export const cloudflare = provider({
  id: 'cloudflare',
  name: 'Cloudflare Workers AI',
  baseUrl: 'https://api.cloudflare.com/client/v4/accounts/{accountId}/ai',
  docs: 'https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility',
  auth: bearer,
  keyEnv: ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_API_KEY'],
  settings: [
    {
      name: 'accountId',
      what: 'Id of the account, 32 hex digits, on its overview page.',
      pattern: /^[0-9a-f]{32}$/,
      example: '0123456789abcdef0123456789abcdef',
      env: ['CLOUDFLARE_ACCOUNT_ID'],
      required: true,
    },
  ],
  speaks: {
    'openai-chat': { path: '/v1/chat/completions' },
    'openai-responses': { models: /gpt-oss/, path: '/v1/responses' },
  },
  serves: { 'openai-embeddings': { path: '/v1/embeddings' } },
  catalogId: 'cloudflare',
  modelsPath: '/models/search',
});
