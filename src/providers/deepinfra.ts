import { bearer, openaiServices, provider } from './provider.ts';

export const deepinfra = provider({
  id: 'deepinfra',
  name: 'DeepInfra',
  baseUrl: 'https://api.deepinfra.com/v1/openai',
  docs: 'https://deepinfra.com/docs/advanced/openai_api',
  auth: bearer,
  keyEnv: ['DEEPINFRA_API_KEY', 'DEEPINFRA_API_TOKEN'],
  speaks: { 'openai-chat': { path: '/chat/completions' } },
  serves: {
    ...openaiServices(
      ['openai-embeddings', 'openai-images', 'openai-completions'],
      'https://deepinfra.com/docs/openai_api',
    ),
    ...openaiServices(['openai-speech', 'openai-transcriptions'], 'https://docs.deepinfra.com'),
  },
  modelsPath: '/models',
});
