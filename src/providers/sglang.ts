import { bearer, openaiServices, provider } from './provider.ts';

export const sglang = provider({
  id: 'sglang',
  name: 'SGLang',
  baseUrl: 'http://127.0.0.1:30000/v1',
  docs: 'https://docs.sglang.io/docs/basic_usage/openai_api_completions',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  selfHosted: true,
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: {
      path: '/messages',
      countTokensPath: '/messages/count_tokens',
      docs: 'https://docs.sglang.io/docs/basic_usage/anthropic_api',
    },
  },
  serves: openaiServices(['openai-embeddings', 'openai-completions', 'jina-rerank']),
  modelsPath: '/models',
});
