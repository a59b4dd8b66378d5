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
  serves: openaiServices([
    'openai-embeddings',
    'openai-images',
    'openai-speech',
    'openai-transcriptions',
    'jina-rerank',
  ]),
  modelsPath: '/models',
});
