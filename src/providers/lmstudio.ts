import { bearer, openaiServices, provider } from './provider.ts';

export const lmstudio = provider({
  id: 'lmstudio',
  name: 'LM Studio',
  baseUrl: 'http://127.0.0.1:1234/v1',
  docs: 'https://lmstudio.ai/docs/developer/openai-compat',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  selfHosted: true,
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: { path: '/messages' },
    'openai-responses': { path: '/responses' },
  },
  serves: openaiServices(['openai-embeddings', 'openai-completions']),
  modelsPath: '/models',
});
