import { bearer, openaiServices, provider } from './provider.ts';

/** Accounts in China have their keys at https://api.siliconflow.cn/v1: set `baseUrl`. */
export const siliconflow = provider({
  id: 'siliconflow',
  name: 'SiliconFlow',
  baseUrl: 'https://api.siliconflow.com/v1',
  docs: 'https://docs.siliconflow.cn/docs/api/chat-completions-post',
  auth: bearer,
  keyEnv: ['SILICONFLOW_API_KEY'],
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: { path: '/messages', docs: 'https://docs.siliconflow.cn/cn/docs/api/messages-post' },
  },
  // Pictures are asked by `image_size` and answered as `images`: that is not OpenAI's shape.
  serves: {
    ...openaiServices(
      ['openai-embeddings'],
      'https://docs.siliconflow.com/en/api-reference/embeddings/create-embeddings',
    ),
    ...openaiServices(['openai-speech'], 'https://docs.siliconflow.cn/cn/api-reference/audio/create-speech'),
    ...openaiServices(
      ['openai-transcriptions'],
      'https://docs.siliconflow.com/en/api-reference/audio/create-audio-transcriptions',
    ),
    ...openaiServices(['jina-rerank'], 'https://docs.siliconflow.com/en/api-reference/rerank/create-rerank'),
  },
  modelsPath: '/models',
});
