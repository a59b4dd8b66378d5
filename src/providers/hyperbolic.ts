import { bearer, provider } from './provider.ts';

export const hyperbolic = provider({
  id: 'hyperbolic',
  name: 'Hyperbolic',
  baseUrl: 'https://api.hyperbolic.xyz/v1',
  docs: 'https://docs.hyperbolic.xyz',
  auth: bearer,
  keyEnv: ['HYPERBOLIC_API_KEY'],
  speaks: { 'openai-chat': { path: '/chat/completions' } },
  modelsPath: '/models',
});
