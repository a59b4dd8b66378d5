/** OpenAI's Chat Completions, and what its many compatible servers make of it. */
import type { Dialect } from '../dialect.ts';
import { sseFraming } from '../framing.ts';
import { parseError, renderError, renderStreamError } from './error.ts';
import { renderRequest } from './render-request.ts';
import { renderResponse } from './render-response.ts';
import { renderStream } from './render-stream.ts';
import { parseRequest } from './request.ts';
import { checkResponse, parseResponse } from './response.ts';
import { parseStream } from './stream.ts';
import { tap } from './tap.ts';
import { findUsage } from './usage.ts';
import { dialectId, rawKeys } from './wire.ts';

export const openaiChat: Dialect = {
  id: dialectId,
  rawKeys,
  framing: sseFraming,
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
  endMark: 'data: [DONE]\n\n',
  tap,
  readUsage: findUsage,
  checkResponse,
};
