/**
 * What is to be counted stands in an envelope: a Converse request, or the body of another call in base64.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html
 */
import { parseJson } from '../../lib/json.ts';
import type { ChatRequest } from '../../llm/chat.ts';
import { anthropic } from '../anthropic/index.ts';
import type { Asked, JsonObject } from '../dialect.ts';
import { filledAt, objectAt, refused } from '../shape.ts';
import { parseRequest } from './request.ts';
import { rawKeys } from './wire.ts';

export function parseCountRequest(body: JsonObject, asked: Asked): ChatRequest {
  // `input` is a raw key: it comes as JSON text.
  const input =
    typeof body.input === 'string' ? parseJson(Buffer.from(`{"value":${body.input}}`), rawKeys).value : body.input;
  const envelope = objectAt(input, 'input');
  if (envelope.converse !== undefined) return parseRequest(objectAt(envelope.converse, 'input.converse'), asked);
  if (envelope.invokeModel === undefined) throw refused('input', 'must have converse or invokeModel');
  const base64 = filledAt(objectAt(envelope.invokeModel, 'input.invokeModel').body, 'input.invokeModel.body');
  const invoked = parseJson(Buffer.from(base64, 'base64'), anthropic.rawKeys);
  return anthropic.parseRequest({ max_tokens: 1, ...invoked, model: asked.model }, asked);
}
