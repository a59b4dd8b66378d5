import { boundedText, type Door, readForReport } from '../door.ts';
import { openaiLimitHeaders } from '../limit-headers.ts';
import { openaiChat } from './index.ts';
import { relayOpenaiChat } from './relay.ts';

/** https://platform.openai.com/docs/api-reference/chat/create */
export const chatDoor: Door = {
  path: '/v1/chat/completions',
  // Some SDKs leave the /v1 out of the base address.
  aliases: ['/chat/completions'],
  dialect: openaiChat,
  operation: 'chat',
  bodyDefaults: {},
  forwardedHeaders: ['openai-beta'],
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
  planRelay: relayOpenaiChat,
  endUser: (scan) => boundedText(readForReport(scan, 'safety_identifier')) ?? boundedText(readForReport(scan, 'user')),
};
