import { bearer, openaiServices, provider } from './provider.ts';

export const vllm = provider({
  id: 'vllm',
  name: 'vLLM',
  baseUrl: 'http://127.0.0.1:8000/v1',
  docs: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  selfHosted: true,
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: { path: '/messages' },
    'openai-responses': { path: '/responses' },
  },
  serves: openaiServices(
    ['openai-embeddings', 'openai-transcriptions', 'openai-translations', 'openai-completions', 'jina-rerank'],
    'https://docs.vllm.ai/en/stable/serving/online_serving.html',
  ),
  modelsPath: '/models',
});
