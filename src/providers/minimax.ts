import { bearer, provider } from './provider.ts';

/**
 * The Anthropic endpoint comes first: most models put their thinking into the text (<think>) of the OpenAI one.
 * Accounts in China have their keys at https://api.minimaxi.com: set `baseUrl`.
 */
export const minimax = provider({
  id: 'minimax',
  name: 'MiniMax',
  baseUrl: 'https://api.minimax.io',
  docs: 'https://platform.minimax.io/docs/api-reference/text-anthropic-api',
  auth: bearer,
  keyEnv: ['MINIMAX_API_KEY'],
  speaks: {
    anthropic: { path: '/anthropic/v1/messages' },
    'openai-chat': { path: '/v1/chat/completions' },
    'openai-responses': { path: '/v1/responses' },
  },
  catalogId: 'minimax',
  modelsPath: '/v1/models',
});
