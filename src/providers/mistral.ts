import { bearer, openaiServices, provider, refusedCredential } from './provider.ts';

/** `{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted"}]}`, status 422. */
const forbidden = 'extra fields are refused with 422 (extra_forbidden)';

export const mistral = provider({
  id: 'mistral',
  name: 'Mistral AI',
  baseUrl: 'https://api.mistral.ai/v1',
  docs: 'https://docs.mistral.ai/api/endpoint/chat',
  auth: bearer,
  keyEnv: ['MISTRAL_API_KEY'],
  speaks: {
    'openai-chat': {
      path: '/chat/completions',
      quirks: [
        { rename: 'max_completion_tokens', to: 'max_tokens', why: forbidden },
        { rename: 'seed', to: 'random_seed', why: forbidden },
        { drop: 'stream_options', why: `${forbidden}; usage always comes with the last chunk` },
        { drop: 'store', why: forbidden },
        { drop: 'user', why: forbidden },
        { drop: 'service_tier', why: forbidden },
        { drop: 'safety_identifier', why: forbidden },
      ],
    },
  },
  // Speech comes in JSON, and batches (/batch/jobs) in a shape of their own: neither is OpenAI's.
  serves: openaiServices(
    ['openai-embeddings', 'openai-moderations', 'openai-transcriptions'],
    'https://docs.mistral.ai/api',
  ),
  catalogId: 'mistral',
  modelsPath: '/models',
  parseError: (status, body) => {
    const detail = (body as { detail?: unknown } | null)?.detail;
    const text = typeof detail === 'string' ? detail : firstProblem(detail);
    if (text === undefined) return undefined;
    if (status === 401) return refusedCredential(text);
    return status === 422 ? { kind: 'invalid-request', message: text } : { message: text };
  },
});

function firstProblem(detail: unknown): string | undefined {
  const problem = Array.isArray(detail) ? (detail[0] as { msg?: unknown; loc?: unknown } | undefined) : undefined;
  if (typeof problem?.msg !== 'string') return undefined;
  return Array.isArray(problem.loc) ? `${problem.loc.slice(1).join('.')}: ${problem.msg}` : problem.msg;
}
