import { bearer, openaiServices, provider } from './provider.ts';

export const ollama = provider({
  id: 'ollama',
  name: 'Ollama',
  baseUrl: 'http://127.0.0.1:11434/v1',
  docs: 'https://docs.ollama.com/api/openai-compatibility',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  selfHosted: true,
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: { path: '/messages', docs: 'https://docs.ollama.com/api/anthropic-compatibility' },
    'openai-responses': { path: '/responses' },
  },
  serves: openaiServices(['openai-embeddings', 'openai-completions']),
  modelsPath: '/models',
});
