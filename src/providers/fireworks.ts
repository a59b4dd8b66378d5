import { bearer, provider } from './provider.ts';

/** The Anthropic endpoint: https://docs.fireworks.ai/tools-sdks/anthropic-compatibility (Bearer). */
export const fireworks = provider({
  id: 'fireworks',
  name: 'Fireworks AI',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  docs: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
  auth: bearer,
  keyEnv: ['FIREWORKS_API_KEY'],
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    anthropic: { path: '/messages' },
  },
  catalogId: 'fireworks',
  modelsPath: '/models',
});
