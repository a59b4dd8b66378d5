/** Gemini's generateContent. https://ai.google.dev/api/generate-content */
import type { Dialect } from '../dialect.ts';
import { sseFraming } from '../framing.ts';
import { parseError, renderError, renderStreamError } from './error.ts';
import { renderRequest } from './render-request.ts';
import { ContentRenderer } from './render-response.ts';
import { ContentStreamRenderer } from './render-stream.ts';
import { parseRequest } from './request.ts';
import { checkResponse, parseResponse } from './response.ts';
import { ContentStreamParser } from './stream.ts';
import { ContentTap } from './tap.ts';
import { readUsage } from './usage.ts';
import { dialectId, rawKeys } from './wire.ts';

export const gemini: Dialect = {
  id: dialectId,
  rawKeys,
  framing: sseFraming,
  parseRequest,
  renderRequest,
  parseResponse,
  renderResponse: (context) => new ContentRenderer(context),
  parseStream: (emit) => new ContentStreamParser(emit),
  renderStream: (write, context) => new ContentStreamRenderer(write, context),
  parseError,
  renderError,
  renderStreamError,
  // The Python SDK reads a comment as an answer, and breaks; it skips a blank line, like every other reader.
  keepalive: '\r\n\r\n',
  // There is none: the body's end is the end.
  endMark: '',
  tap: () => new ContentTap(),
  readUsage,
  checkResponse,
};
