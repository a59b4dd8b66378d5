/**
 * Writes a request for a provider of this dialect. https://platform.openai.com/docs/api-reference/chat/create
 *
 * The messages come last and in their order, so that one more turn leaves the earlier bytes a prefix of the new body:
 * prompt caches live on that.
 */
import { createHash } from 'node:crypto';
import { settleCarried } from '../../llm/carried.ts';
import type { ChatRequest, Effort, Thinking } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import type { JsonObject } from '../dialect.ts';
import type { WireObject } from '../wire-object.ts';
import { renderMessages } from './render-messages.ts';
import { renderFormat, renderToolSetup } from './render-tools.ts';
import { restored } from './wire.ts';

/** Throws LlmFailure for what cannot be expressed and would change the answer; notes the rest. */
export function renderRequest(request: ChatRequest, target: TargetModel, notes: Notes): JsonObject {
  settleCarried(request.carried, 'openai-chat', notes, ['thinking']);
  const { stream_options: options, ...carried } = restored(request.carried);
  return {
    ...carried,
    model: target.name,
    ...renderStream(request, options as WireObject | undefined),
    ...renderLimit(request, target),
    ...renderSampling(request, target, notes),
    ...renderThinking(request.thinking, target, notes),
    ...renderStop(request.stop),
    ...(request.endUser !== undefined && { user: userOf(request.endUser) }),
    ...renderFormat(request.format),
    ...renderToolSetup(request, notes),
    messages: renderMessages(request, target, notes),
  };
}

/** The gateway meters every answer, whether or not its caller wants to know. */
function renderStream(request: ChatRequest, options: WireObject | undefined): WireObject {
  if (!request.stream) return {};
  return { stream: true, stream_options: { ...options, include_usage: true } };
}

/** A thinking budget is inside the limit here as it is there, so the number stays. */
function renderLimit({ maxTokens }: ChatRequest, target: TargetModel): WireObject {
  if (maxTokens === undefined) return {};
  // A caller that asks for more than there is (agents do) means "as much as you can", and would get a 400.
  const limit = Math.min(maxTokens, target.outputTokensMax ?? maxTokens);
  return target.fixedSampling ? { max_completion_tokens: limit } : { max_tokens: limit };
}

function renderSampling(request: ChatRequest, target: TargetModel, notes: Notes): WireObject {
  if (request.topK !== undefined) notes.dropped('top_k', 'the target does not take it');
  const { seed } = request;
  const sampling = {
    temperature: request.temperature,
    top_p: request.topP,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
  };
  if (!target.fixedSampling) return { ...sampling, seed };
  const neutral = { temperature: 1, top_p: 1, frequency_penalty: 0, presence_penalty: 0 };
  for (const [field, value] of Object.entries(sampling)) {
    // What is the default anyway is no loss.
    if (value === undefined || value === neutral[field as keyof typeof neutral]) continue;
    notes.dropped(field, 'the target is a reasoning model with fixed sampling');
  }
  return { seed };
}

function renderStop(stop: readonly string[] | undefined): WireObject {
  if (stop === undefined) return {};
  if (stop.length > 4) {
    throw invalidRequest(`stop has ${stop.length} sequences; the model behind this name takes at most 4.`, 'stop');
  }
  const blank = stop.indexOf('');
  if (blank !== -1)
    throw invalidRequest(`stop[${blank}] is empty; the model behind this name would refuse it.`, 'stop');
  return { stop };
}

/** At most 64 characters, always the same for the same user, and never an address or a name in the clear. */
function userOf(id: string): string {
  return /^[\w.:-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
}

function renderThinking(thinking: Thinking | undefined, target: TargetModel, notes: Notes): WireObject {
  if (thinking === undefined) return {};
  const takesEffort = target.thinking === undefined ? target.fixedSampling === true : target.thinking !== 'none';
  if (!takesEffort) {
    if (thinking.mode !== 'off')
      notes.dropped(
        'thinking',
        "the target is not known to take an effort; its row in the configuration's models can say so",
      );
    return {};
  }
  if (thinking.display !== undefined) notes.dropped('thinking.display', 'the target decides what it shows');
  return { reasoning_effort: effortOf(thinking, target, notes) };
}

/** Every reasoning model knows low, medium and high; below and above, only some do, and refuse the rest. */
function effortOf(thinking: Thinking, target: TargetModel, notes: Notes): Effort | undefined {
  if (thinking.mode === 'off') {
    if (target.thinking === 'budget' || target.thinking === 'adaptive') return 'none';
    notes.dropped('thinking', 'not every reasoning model can be kept from thinking: asked for the least');
    return 'low';
  }
  const { effort, budgetTokens } = thinking;
  if (effort === 'xhigh' || effort === 'max') {
    notes.dropped('thinking.effort', 'not every reasoning model goes above high');
    return 'high';
  }
  if (effort === 'none' || effort === 'minimal') return 'low';
  if (effort !== undefined) return effort;
  return budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens);
}

function effortOfBudget(tokens: number): Effort {
  if (tokens < 4096) return 'low';
  return tokens < 16_384 ? 'medium' : 'high';
}
