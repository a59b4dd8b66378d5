import { bearer, provider } from './provider.ts';

/** Zhipu AI's GLM models. Accounts in China: `baseUrl` https://open.bigmodel.cn/api. */
export const zai = provider({
  id: 'zai',
  name: 'Z.ai',
  baseUrl: 'https://api.z.ai/api',
  docs: 'https://docs.z.ai/guides/develop/openai/python',
  auth: bearer,
  keyEnv: ['ZAI_API_KEY'],
  speaks: {
    'openai-chat': { path: '/paas/v4/chat/completions' },
    anthropic: { path: '/anthropic/v1/messages', docs: 'https://docs.z.ai/scenario-example/develop-tools/claude' },
  },
  catalogId: 'zai',
});
