/** Reads a Chat Completions request. https://platform.openai.com/docs/api-reference/chat/create */

import { defined } from '../../lib/defined.ts';
import type { ChatRequest } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { Asked, JsonObject } from '../dialect.ts';
import { readMessages } from './messages.ts';
import { readFormat, readSampling, readThinking } from './params.ts';
import { type Fields, optionalBoolean, optionalFields, requiredString } from './shape.ts';
import { readToolSetup } from './tools.ts';
import { dialectId, leftover } from './wire.ts';

/** Throws LlmFailure (invalid-request, `param` = the path of the field) for a body that is not this dialect. */
export function parseRequest(body: JsonObject, asked?: Asked): ChatRequest {
  // Where the path names the model, the body may leave it out.
  const model = body.model === undefined && asked?.model ? asked.model : requiredString(body, 'model');
  refuseForeignFields(body);
  const streamOptions = optionalFields(body, 'stream_options');
  const setup = readToolSetup(body);
  return defined({
    model,
    stream: optionalBoolean(body, 'stream') ?? false,
    wantsStreamUsage: (streamOptions && optionalBoolean(streamOptions, 'include_usage', 'stream_options')) ?? false,
    ...readMessages(body.messages),
    ...setup,
    // The legacy form of an answer has room for one call.
    parallelToolCalls: setup.legacyCalls ? false : optionalBoolean(body, 'parallel_tool_calls'),
    ...readSampling(body),
    thinking: readThinking(body),
    format: readFormat(body),
    carried: readCarried(body, streamOptions),
  });
}

const modelled = [
  ...['model', 'messages', 'stream', 'stream_options', 'tools', 'tool_choice', 'functions', 'function_call'],
  ...['parallel_tool_calls', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k', 'seed'],
  ...['frequency_penalty', 'presence_penalty', 'stop', 'user', 'safety_identifier', 'response_format'],
  ...['reasoning_effort', 'reasoning', 'thinking'],
];

/** Everything else, by its name: n, logprobs, modalities, prediction, and what ships next month. */
function readCarried(body: Fields, streamOptions: Fields | undefined): ChatRequest['carried'] {
  const rest = leftover(body, modelled);
  const options = leftover(streamOptions ?? {}, ['include_usage']);
  if (options === undefined) return rest;
  return { dialect: dialectId, raw: { ...(rest?.raw as Fields | undefined), stream_options: options.raw } };
}

/** Fields of Anthropic's Messages whose loss would change the answer. */
const foreignFields: Readonly<Record<string, string>> = {
  system: 'a message of role system',
  stop_sequences: 'stop',
};

function refuseForeignFields(body: Fields): void {
  for (const [field, instead] of Object.entries(foreignFields)) {
    if (body[field] === undefined || body[field] === null) continue;
    const rule = `is a field of Anthropic's Messages; this endpoint takes Chat Completions: use ${instead}`;
    throw invalidRequest(`${field} ${rule}, or POST the body to /v1/messages.`, field);
  }
}
