import { bearer, provider } from './provider.ts';

/** Any address that speaks OpenAI chat: the operator gives `baseUrl` (with `/v1`), models and prices. */
export const openaiCompatible = provider({
  id: 'openai-compatible',
  name: 'OpenAI-compatible',
  baseUrl: '',
  docs: 'https://platform.openai.com/docs/api-reference/chat',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  speaks: { 'openai-chat': { path: '/chat/completions' } },
  modelsPath: '/models',
});
