import { bearer, openaiServices, provider } from './provider.ts';

export const llamacpp = provider({
  id: 'llamacpp',
  name: 'llama.cpp',
  baseUrl: 'http://127.0.0.1:8080/v1',
  docs: 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  selfHosted: true,
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: {
      path: '/messages',
      countTokensPath: '/messages/count_tokens',
    },
    'openai-responses': { path: '/responses', countTokensPath: '/responses/input_tokens' },
  },
  serves: openaiServices(['openai-embeddings', 'openai-completions', 'jina-rerank']),
  modelsPath: '/models',
});
