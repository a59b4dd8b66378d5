import { bearer, openaiServices, provider } from './provider.ts';

export const nvidia = provider({
  id: 'nvidia',
  name: 'NVIDIA NIM',
  baseUrl: 'https://integrate.api.nvidia.com/v1',
  docs: 'https://docs.api.nvidia.com/nim/reference/llm-apis',
  auth: bearer,
  keyEnv: ['NVIDIA_API_KEY'],
  speaks: { 'openai-chat': { path: '/chat/completions' } },
  serves: {
    ...openaiServices(
      ['openai-embeddings'],
      'https://docs.nvidia.com/nim/nemo-retriever/text-embedding/2.2.0/reference.html',
    ),
    ...openaiServices(['openai-completions'], 'https://docs.api.nvidia.com/nim/reference/bigcode-starcoder2-7b-infer'),
  },
  modelsPath: '/models',
});
