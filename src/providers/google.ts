import { type Call, provider } from './provider.ts';

/** Gemini by the key of AI Studio; with a service account it is Vertex. */
export const google = provider({
  id: 'google',
  name: 'Google AI Studio',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  docs: 'https://ai.google.dev/api/generate-content',
  auth: { headers: (secret) => ({ 'x-goog-api-key': secret }) },
  keyEnv: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  speaks: {
    gemini: {
      // The price data has Claude under Google too, which is sold on Vertex alone.
      models: /^(gemini|gemma|learnlm)/,
      path: (call) => `${modelPath(call)}${call.stream ? ':streamGenerateContent?alt=sse' : ':generateContent'}`,
      countTokensPath: (call) => `${modelPath(call)}:countTokens`,
    },
  },
  serves: {
    'gemini-embed-content': {
      path: (call) => `${modelPath(call)}:embedContent`,
      docs: 'https://ai.google.dev/api/embeddings',
    },
    'gemini-embeddings': {
      path: (call) => `${modelPath(call)}:batchEmbedContents`,
      docs: 'https://ai.google.dev/api/embeddings',
    },
  },
  catalogId: 'google',
  modelsPath: '/models',
});

function modelPath({ model }: Call): string {
  return `/models/${encodeURIComponent(model)}`;
}
