import { bearer, openaiServices, provider } from './provider.ts';

export const openai = provider({
  id: 'openai',
  name: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  docs: 'https://platform.openai.com/docs/api-reference/chat',
  auth: bearer,
  keyEnv: ['OPENAI_API_KEY'],
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    'openai-responses': {
      path: '/responses',
      countTokensPath: '/responses/input_tokens',
      compactPath: '/responses/compact',
      keepsAnswers: true,
      sealsReasoning: true,
      docs: 'https://platform.openai.com/docs/api-reference/responses',
    },
  },
  serves: {
    ...openaiServices([
      'openai-embeddings',
      'openai-images',
      'openai-image-edits',
      'openai-image-variations',
      'openai-speech',
      'openai-transcriptions',
      'openai-translations',
      'openai-completions',
    ]),
    'openai-moderations': {
      path: '/moderations',
      docs: 'https://platform.openai.com/docs/guides/moderation',
      free: 'the moderation endpoint is free to use',
    },
    'openai-files': { path: '/files', docs: 'https://platform.openai.com/docs/api-reference/files' },
    'openai-batches': {
      path: '/batches',
      docs: 'https://platform.openai.com/docs/guides/batch',
      percentOfPrice: 50,
    },
  },
  catalogId: 'openai',
  modelsPath: '/models',
});
