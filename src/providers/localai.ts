import { bearer, openaiServices, provider } from './provider.ts';

export const localai = provider({
  id: 'localai',
  name: 'LocalAI',
  baseUrl: 'http://127.0.0.1:8080/v1',
  docs: 'https://localai.io/docs/features/text-generation/index.html',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  selfHosted: true,
  speaks: { 'openai-chat': { path: '/chat/completions' } },
  serves: {
    ...openaiServices(
      ['openai-embeddings', 'openai-images', 'openai-speech', 'openai-transcriptions', 'openai-completions'],
      'https://github.com/mudler/LocalAI/blob/master/core/http/routes/openai.go',
    ),
    ...openaiServices(['jina-rerank'], 'https://github.com/mudler/LocalAI/blob/master/core/http/routes/jina.go'),
  },
  modelsPath: '/models',
});
