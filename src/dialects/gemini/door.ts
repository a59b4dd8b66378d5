import { invalidRequest } from '../../llm/error.ts';
import type { Asked } from '../dialect.ts';
import { countIn, type Door } from '../door.ts';
import { openaiLimitHeaders } from '../limit-headers.ts';
import { gemini } from './index.ts';
import { relayGemini } from './relay.ts';

/**
 * Both spellings of an address: of the Gemini API (`/v1beta/models/…`) and of Vertex AI
 * (`/v1/projects/…/locations/…/publishers/google/models/…`, without a project where a key signs in).
 */
const place =
  /^\/v1(?:beta1?|alpha)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/(?:google(?=\/)|([^/]+))\/)?models\/(.+):(\w+)$/;

/** What a path says, when it asks for one of these methods. */
function matchMethod(...methods: readonly string[]): (path: string) => Asked | undefined {
  return (path) => {
    const [, publisher, name = '', method = ''] = place.exec(path) ?? [];
    if (!methods.includes(method)) return undefined;
    const model = decoded(name);
    // Vertex' SDKs make a publisher of what stands before the slash of a model's name.
    const full = publisher === undefined ? model : `${decoded(publisher)}/${model}`;
    return { model: full, stream: method === 'streamGenerateContent' };
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const common = {
  dialect: gemini,
  bodyDefaults: {},
  forwardedHeaders: [],
  // Never `key`: it is ours.
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
  planRelay: relayGemini,
  endUser: () => undefined,
} satisfies Partial<Door>;

/** https://ai.google.dev/api/generate-content#method:-models.generatecontent */
export const generateContentDoor: Door = {
  ...common,
  path: '/v1beta/models/{model}:generateContent',
  match: matchMethod('generateContent'),
  operation: 'chat',
};

/** https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent */
export const streamGenerateContentDoor: Door = {
  ...common,
  path: '/v1beta/models/{model}:streamGenerateContent',
  match: matchMethod('streamGenerateContent'),
  operation: 'chat',
  checkQuery: (query) => {
    if (query.get('alt') === 'sse') return;
    const rule = 'a stream is sent as server-sent events only: add ?alt=sse to the address';
    throw invalidRequest(`alt: ${rule}, or call :generateContent for a whole answer.`, 'alt');
  },
};

/** https://ai.google.dev/api/tokens */
export const countGeminiTokensDoor: Door = {
  ...common,
  path: '/v1beta/models/{model}:countTokens',
  match: matchMethod('countTokens'),
  operation: 'count-tokens',
  tokenCount: {
    render: (totalTokens) => ({ totalTokens }),
    read: (body) => countIn(body, 'totalTokens'),
  },
};
