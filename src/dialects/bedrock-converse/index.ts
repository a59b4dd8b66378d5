/** Bedrock's Converse. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
import type { Dialect } from '../dialect.ts';
import { parseError, renderError, renderStreamError } from './error.ts';
import { awsFraming, eventMessage } from './framing.ts';
import { renderRequest } from './render-request.ts';
import { ConverseRenderer } from './render-response.ts';
import { ConverseStreamRenderer } from './render-stream.ts';
import { parseRequest } from './request.ts';
import { checkResponse, parseResponse } from './response.ts';
import { ConverseStreamParser } from './stream.ts';
import { ConverseTap } from './tap.ts';
import { readUsage } from './usage.ts';
import { dialectId, rawKeys } from './wire.ts';

export const bedrockConverse: Dialect = {
  id: dialectId,
  rawKeys,
  framing: awsFraming,
  parseRequest,
  renderRequest,
  parseResponse,
  renderResponse: (context) => new ConverseRenderer(context),
  parseStream: (emit) => new ConverseStreamParser(emit),
  renderStream: (write, context) => new ConverseStreamRenderer(write, context),
  parseError,
  renderError,
  renderStreamError,
  // The format has no comments; readers of every language pass over an event whose type they do not know.
  keepalive: eventMessage('keepalive', '{}'),
  // An answer without its metadata is whole to a reader; there is no usage that could be made up for it.
  endMark: '',
  tap: () => new ConverseTap(),
  readUsage,
  checkResponse,
};
