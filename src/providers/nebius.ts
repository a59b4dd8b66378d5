import { bearer, openaiServices, provider } from './provider.ts';

export const nebius = provider({
  id: 'nebius',
  name: 'Nebius Token Factory',
  baseUrl: 'https://api.tokenfactory.nebius.com/v1',
  docs: 'https://docs.tokenfactory.nebius.com/api-reference/introduction',
  auth: bearer,
  keyEnv: ['NEBIUS_API_KEY'],
  speaks: { 'openai-chat': { path: '/chat/completions' } },
  serves: openaiServices(['openai-embeddings', 'openai-images', 'openai-completions']),
  modelsPath: '/models',
});
