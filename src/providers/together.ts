import { bearer, openaiServices, provider } from './provider.ts';

export const together = provider({
  id: 'together',
  name: 'Together AI',
  baseUrl: 'https://api.together.ai/v1',
  docs: 'https://docs.together.ai/docs/openai-api-compatibility',
  auth: bearer,
  keyEnv: ['TOGETHER_API_KEY'],
  speaks: {
    'openai-chat': {
      path: '/chat/completions',
      quirks: [
        {
          rename: 'max_completion_tokens',
          to: 'max_tokens',
          why: 'only max_tokens is documented (reference/chat-completions)',
        },
      ],
    },
  },
  // Batches have the paths of OpenAI's, and answers of another shape.
  serves: openaiServices(
    [
      'openai-embeddings',
      'openai-images',
      'openai-speech',
      'openai-transcriptions',
      'openai-translations',
      'openai-completions',
      'jina-rerank',
    ],
    'https://github.com/togethercomputer/together-typescript/blob/main/api.md',
  ),
  catalogId: 'together',
  modelsPath: '/models',
});
