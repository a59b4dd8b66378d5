/** OpenAI's Responses API, and what others make of it. https://platform.openai.com/docs/api-reference/responses */
import type { Dialect } from '../dialect.ts';
import { sseFraming } from '../framing.ts';
import { parseError, renderError } from '../openai-chat/error.ts';
import { renderStreamError } from './error.ts';
import { renderRequest } from './render-request.ts';
import { renderResponse } from './render-response.ts';
import { renderStream } from './render-stream.ts';
import { parseRequest } from './request.ts';
import { checkResponse, parseResponse } from './response.ts';
import { parseStream } from './stream.ts';
import { keptId, tap } from './tap.ts';
import { readUsage } from './usage.ts';
import { dialectId, rawKeys } from './wire.ts';

export const openaiResponses: Dialect = {
  id: dialectId,
  rawKeys,
  framing: sseFraming,
  freeformTools: true,
  parseRequest,
  renderRequest,
  parseResponse,
  renderResponse,
  parseStream,
  renderStream,
  parseError,
  renderError,
  renderStreamError,
  keepalive: ': keepalive\n\n',
  // Without its last event an answer is not complete.
  endMark: '',
  tap,
  readUsage,
  checkResponse,
  keptId,
};
