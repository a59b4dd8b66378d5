import { bearer, provider } from './provider.ts';

export const huggingface = provider({
  id: 'huggingface',
  name: 'Hugging Face Inference Providers',
  baseUrl: 'https://router.huggingface.co/v1',
  docs: 'https://huggingface.co/docs/inference-providers/index',
  auth: bearer,
  keyEnv: ['HF_TOKEN'],
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    'openai-responses': {
      path: '/responses',
      docs: 'https://huggingface.co/docs/inference-providers/guides/responses-api',
    },
  },
  modelsPath: '/models',
});
