import { type Call, provider } from './provider.ts';

/** Any address that speaks Gemini: the operator gives `baseUrl` (with `/v1beta`), models and prices. */
export const geminiCompatible = provider({
  id: 'gemini-compatible',
  name: 'Gemini-compatible',
  baseUrl: '',
  docs: 'https://ai.google.dev/api/generate-content',
  auth: { headers: (secret) => ({ 'x-goog-api-key': secret }) },
  keyEnv: [],
  keyless: true,
  speaks: {
    gemini: {
      path: (call) => `${modelPath(call)}${call.stream ? ':streamGenerateContent?alt=sse' : ':generateContent'}`,
      countTokensPath: (call) => `${modelPath(call)}:countTokens`,
    },
  },
  modelsPath: '/models',
});

function modelPath({ model }: Call): string {
  return `/models/${encodeURIComponent(model)}`;
}
