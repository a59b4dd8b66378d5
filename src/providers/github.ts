import { bearer, provider } from './provider.ts';

/** The token needs the scope `models`. */
export const github = provider({
  id: 'github',
  name: 'GitHub Models',
  baseUrl: 'https://models.github.ai',
  docs: 'https://docs.github.com/en/github-models/quickstart',
  auth: bearer,
  keyEnv: ['GITHUB_TOKEN'],
  speaks: {
    'openai-chat': {
      path: '/inference/chat/completions',
      headers: { 'x-github-api-version': '2022-11-28' },
    },
  },
  serves: {
    'openai-embeddings': {
      path: '/inference/embeddings',
      docs: 'https://docs.github.com/en/rest/models/embeddings',
      headers: { 'x-github-api-version': '2022-11-28' },
    },
  },
  modelsPath: '/catalog/models',
});
