/**
 * The object that stands in the first and last events of a stream and is a whole answer: every field is there, since
 * readers check for them. https://platform.openai.com/docs/api-reference/responses/object
 */
import type { ChatRequest } from '../../llm/chat.ts';
import type { AnswerContext } from '../dialect.ts';
import { isFields } from '../openai-chat/shape.ts';
import type { WireObject } from '../wire-object.ts';
import { renderChoice, renderFormat, toolList } from './render-tools.ts';
import { dialectId, restored } from './wire.ts';

export function responseId(requestId: string): string {
  return `resp_${requestId.replace(/^req_/, '')}`;
}

/** An answer that has just begun. What the caller asked for is repeated in it. */
export function responseObject(context: AnswerContext): WireObject {
  const { request } = context;
  const own = ownFields(request);
  return {
    id: responseId(context.requestId),
    object: 'response',
    created_at: Math.floor(context.createdAtMs / 1000),
    status: 'in_progress',
    background: false,
    completed_at: null,
    error: null,
    frequency_penalty: request?.frequencyPenalty ?? 0,
    incomplete_details: null,
    instructions: instructionsOf(request),
    max_output_tokens: request?.maxTokens ?? null,
    max_tool_calls: own.max_tool_calls ?? null,
    model: context.model,
    output: [],
    parallel_tool_calls: request?.parallelToolCalls ?? true,
    presence_penalty: request?.presencePenalty ?? 0,
    previous_response_id: null,
    prompt_cache_key: own.prompt_cache_key ?? null,
    prompt_cache_retention: own.prompt_cache_retention ?? null,
    reasoning: { effort: request?.thinking?.effort ?? null, summary: request?.thinking?.display ?? null },
    safety_identifier: request?.endUser ?? null,
    service_tier: 'default',
    // Nothing is kept here: the next request brings the whole conversation.
    store: false,
    temperature: request?.temperature ?? 1,
    text: {
      ...(isFields(own.text) ? restored({ dialect: dialectId, raw: own.text }) : {}),
      format: renderFormat(request?.format),
    },
    tool_choice: request?.toolChoice === undefined ? 'auto' : renderChoice(request.toolChoice, request.tools),
    tools: request === undefined ? [] : toolList(request.tools, true),
    top_logprobs: 0,
    top_p: request?.topP ?? 1,
    truncation: 'disabled',
    usage: null,
    user: null,
    metadata: own.metadata ?? {},
  };
}

function ownFields(request: ChatRequest | undefined): WireObject {
  const { carried } = request ?? {};
  return carried?.dialect === dialectId && isFields(carried.raw) ? carried.raw : {};
}

/** Only what stood in `instructions`: messages of the developer are part of the input. */
function instructionsOf(request: ChatRequest | undefined): string | null {
  const first = request?.system[0];
  const isOwn = first?.type === 'text' && first.carried?.dialect === dialectId;
  return isOwn && Object.keys(first.carried?.raw ?? {}).length === 0 ? first.text : null;
}
