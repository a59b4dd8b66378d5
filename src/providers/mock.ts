import { bearer, provider } from './provider.ts';

/** The built-in pretend provider, so that the product can be tried before any key exists. */
export const mock = provider({
  id: 'mock',
  name: 'Mock',
  // Replaced at start by the address on which the built-in server listens.
  baseUrl: 'http://127.0.0.1:0',
  docs: 'https://platform.openai.com/docs/api-reference/chat',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  speaks: {
    'openai-chat': { path: '/v1/chat/completions' },
    anthropic: { path: '/v1/messages', countTokensPath: '/v1/messages/count_tokens' },
  },
  catalogId: 'mock',
  modelsPath: '/v1/models',
});
