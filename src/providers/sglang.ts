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
  // Reranking answers a bare list of scores (serving_rerank.py), which is not Jina's shape.
  serves: openaiServices(
    ['openai-embeddings', 'openai-completions'],
    'https://docs.sglang.io/docs/basic_usage/openai_api',
  ),
  modelsPath: '/models',
});
