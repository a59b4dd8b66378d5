import { boundedText, countIn, type Door, readForReport } from '../door.ts';
import { anthropicLimitHeaders } from '../limit-headers.ts';
import { anthropic } from './index.ts';
import { relayAnthropic } from './relay.ts';

/** https://platform.claude.com/docs/en/api/messages */
export const messagesDoor: Door = {
  path: '/v1/messages',
  // Some SDKs leave the /v1 out of the base address.
  aliases: ['/messages'],
  dialect: anthropic,
  operation: 'chat',
  bodyDefaults: {},
  forwardedHeaders: ['anthropic-version', 'anthropic-beta'],
  forwardedQuery: ['beta'],
  limitHeaders: anthropicLimitHeaders,
  planRelay: relayAnthropic,
  endUser: (scan) => {
    const metadata = readForReport(scan, 'metadata');
    return typeof metadata === 'object' && metadata !== null && 'user_id' in metadata
      ? boundedText(metadata.user_id)
      : undefined;
  },
};

/** https://platform.claude.com/docs/en/api/messages-count-tokens */
export const countTokensDoor: Door = {
  ...messagesDoor,
  path: '/v1/messages/count_tokens',
  aliases: ['/messages/count_tokens'],
  operation: 'count-tokens',
  bodyDefaults: { max_tokens: 1 },
  tokenCount: {
    render: (inputTokens) => ({ input_tokens: inputTokens }),
    read: (body) => countIn(body, 'input_tokens'),
  },
};
