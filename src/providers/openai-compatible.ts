import { bearer, openaiServices, provider } from './provider.ts';

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
  // Which of them a server has, it says itself.
  serves: {
    ...openaiServices([
      'openai-embeddings',
      'openai-images',
      'openai-image-edits',
      'openai-image-variations',
      'openai-speech',
      'openai-transcriptions',
      'openai-translations',
      'openai-moderations',
      'openai-completions',
      'jina-rerank',
    ]),
    'openai-files': { path: '/files' },
    'openai-batches': { path: '/batches' },
  },
  modelsPath: '/models',
});
