import type { JsonScan } from '../../lib/json.ts';
import type { Asked } from '../dialect.ts';
import { boundedText, countIn, type Door, readForReport } from '../door.ts';
import { isObject } from '../wire-object.ts';
import { parseCountRequest } from './count-request.ts';
import { bedrockConverse } from './index.ts';
import { relayConverse } from './relay.ts';

/**
 * `/model/{modelId}/<action>`. The model is percent-encoded, but not by every client: an ARN or a name with a slash in it
 * may come as it is. Undefined for another path, and for one that cannot be decoded.
 */
export function modelPath(action: string, stream: boolean): (path: string) => Asked | undefined {
  const pattern = new RegExp(`^/model/(.+)/${action}$`);
  return (path) => {
    const encoded = pattern.exec(path)?.[1];
    if (encoded === undefined) return undefined;
    try {
      return { model: decodeURIComponent(encoded), stream };
    } catch {
      return undefined;
    }
  };
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
export const converseDoor: Door = {
  path: '/model/{modelId}/converse',
  match: modelPath('converse', false),
  dialect: bedrockConverse,
  operation: 'chat',
  bodyDefaults: {},
  forwardedHeaders: [],
  forwardedQuery: [],
  // This API has no headers for rate limits.
  limitHeaders: () => ({}),
  planRelay: relayConverse,
  endUser: requestMetadataUser,
};

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */
export const converseStreamDoor: Door = {
  ...converseDoor,
  path: '/model/{modelId}/converse-stream',
  match: modelPath('converse-stream', true),
};

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html */
export const countDoor: Door = {
  ...converseDoor,
  path: '/model/{modelId}/count-tokens',
  match: modelPath('count-tokens', false),
  dialect: { ...bedrockConverse, parseRequest: parseCountRequest },
  operation: 'count-tokens',
  planRelay: () => ({ edits: [], withholdUsage: false }),
  endUser: () => undefined,
  tokenCount: {
    render: (inputTokens) => ({ inputTokens }),
    read: (body) => countIn(body, 'inputTokens'),
  },
};

/** By convention only: the API's one place for names of the caller's own. */
function requestMetadataUser(scan: JsonScan): string | undefined {
  const metadata = readForReport(scan, 'requestMetadata');
  return isObject(metadata) ? boundedText(metadata.user_id ?? metadata.userId ?? metadata.user) : undefined;
}
