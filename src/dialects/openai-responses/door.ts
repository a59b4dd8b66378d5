import { boundedText, countIn, type Door, readForReport } from '../door.ts';
import { openaiLimitHeaders } from '../limit-headers.ts';
import { openaiResponses } from './index.ts';
import { relayResponses } from './relay.ts';

/** https://platform.openai.com/docs/api-reference/responses/create */
export const responsesDoor: Door = {
  path: '/v1/responses',
  // Some SDKs leave the /v1 out of the base address; those for Azure put /openai before it.
  aliases: ['/responses', '/openai/v1/responses'],
  dialect: openaiResponses,
  operation: 'chat',
  // Coding agents patch files by such a tool, and cannot do without.
  mapsFreeform: true,
  bodyDefaults: {},
  forwardedHeaders: ['openai-beta'],
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
  planRelay: relayResponses,
  endUser: (scan) => boundedText(readForReport(scan, 'safety_identifier')) ?? boundedText(readForReport(scan, 'user')),
};

/** Makes a long conversation short; only its own provider can read the result. https://platform.openai.com/docs/api-reference/responses/compact */
export const compactDoor: Door = {
  ...responsesDoor,
  path: '/v1/responses/compact',
  aliases: ['/responses/compact', '/openai/v1/responses/compact'],
  special: 'compact',
};

/** https://platform.openai.com/docs/api-reference/responses/input-tokens */
export const inputTokensDoor: Door = {
  ...responsesDoor,
  path: '/v1/responses/input_tokens',
  aliases: ['/responses/input_tokens', '/openai/v1/responses/input_tokens'],
  operation: 'count-tokens',
  tokenCount: {
    render: (inputTokens) => ({ object: 'response.input_tokens', input_tokens: inputTokens }),
    read: (body) => countIn(body, 'input_tokens'),
  },
};
