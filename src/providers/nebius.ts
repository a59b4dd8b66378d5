import { bearer, openaiServices, provider } from './provider.ts';

const reference = 'https://docs.tokenfactory.nebius.com/api-reference/inference';

export const nebius = provider({
  id: 'nebius',
  name: 'Nebius Token Factory',
  baseUrl: 'https://api.tokenfactory.nebius.com/v1',
  docs: 'https://docs.tokenfactory.nebius.com/api-reference/introduction',
  auth: bearer,
  keyEnv: ['NEBIUS_API_KEY'],
  speaks: { 'openai-chat': { path: '/chat/completions' } },
  serves: {
    ...openaiServices(['openai-embeddings'], `${reference}/create-embeddings`),
    ...openaiServices(['openai-images'], `${reference}/generate`),
    ...openaiServices(['openai-completions'], `${reference}/create-completion`),
    ...openaiServices(['jina-rerank'], `${reference}/rerank-documents`),
  },
  modelsPath: '/models',
});
