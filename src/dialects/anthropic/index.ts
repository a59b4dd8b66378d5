/** Anthropic's Messages API. https://platform.claude.com/docs/en/api/messages */
import type { Dialect } from '../dialect.ts';
import { sseFraming } from '../framing.ts';
import { parseError, renderError, renderStreamError } from './error.ts';
import { renderRequest } from './render-request.ts';
import { MessageRenderer } from './render-response.ts';
import { MessageStreamRenderer } from './render-stream.ts';
import { parseRequest } from './request.ts';
import { checkResponse, parseResponse } from './response.ts';
import { MessageStreamParser } from './stream.ts';
import { MessageTap } from './tap.ts';
import { readUsage } from './usage.ts';
import { dialectId, rawKeys } from './wire.ts';

export const anthropic: Dialect = {
  id: dialectId,
  rawKeys,
  framing: sseFraming,
  parseRequest,
  renderRequest,
  parseResponse,
  renderResponse: (context) => new MessageRenderer(context),
  parseStream: (emit) => new MessageStreamParser(emit),
  renderStream: (write, context) => new MessageStreamRenderer(write, context),
  parseError,
  renderError,
  renderStreamError,
  keepalive: 'event: ping\ndata: {"type": "ping"}\n\n',
  // Without its message_stop an answer is not complete.
  endMark: '',
  tap: () => new MessageTap(),
  readUsage,
  checkResponse,
};
