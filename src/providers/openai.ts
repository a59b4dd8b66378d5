import { bearer, provider } from './provider.ts';

export const openai = provider({
  id: 'openai',
  name: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  docs: 'https://platform.openai.com/docs/api-reference/chat',
  auth: bearer,
  keyEnv: ['OPENAI_API_KEY'],
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    'openai-responses': {
      path: '/responses',
      countTokensPath: '/responses/input_tokens',
      docs: 'https://platform.openai.com/docs/api-reference/responses',
    },
  },
  catalogId: 'openai',
  modelsPath: '/models',
});
