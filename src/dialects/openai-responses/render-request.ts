/**
 * Writes a request for a provider of this dialect. https://platform.openai.com/docs/api-reference/responses/create
 *
 * The input comes last and in its order, so that one more turn leaves the earlier bytes a prefix of the new body: prompt
 * caches live on that. Nothing is stored, and reasoning comes sealed, so that the caller can bring it back.
 */
import { createHash } from 'node:crypto';
import { settleCarried } from '../../llm/carried.ts';
import type { ChatRequest, Effort, Thinking } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import type { JsonObject } from '../dialect.ts';
import type { WireObject } from '../wire-object.ts';
import { renderInput, renderInstructions } from './render-items.ts';
import { renderFormat, renderToolSetup } from './render-tools.ts';
import { dialectId, restored } from './wire.ts';

/** Throws LlmFailure for what cannot be expressed and would change the answer; notes the rest. */
export function renderRequest(request: ChatRequest, target: TargetModel, notes: Notes): JsonObject {
  settleCarried(request.carried, 'openai-responses', notes, ['thinking']);
  refuseStop(request.stop);
  const isOwn = request.carried?.dialect === dialectId;
  return {
    ...(isOwn ? restored(request.carried) : { store: false, include: ['reasoning.encrypted_content'] }),
    model: target.name,
    ...(request.stream && { stream: true }),
    ...renderLimit(request, target, notes),
    ...renderSampling(request, target, notes),
    ...(!isOwn && renderThinking(request.thinking, target, notes)),
    ...(request.endUser !== undefined && { safety_identifier: userOf(request.endUser) }),
    ...(!isOwn && request.format !== undefined && { text: { format: renderFormat(request.format) } }),
    ...renderToolSetup(request, notes),
    ...renderConversation(renderInstructions(request.system, notes), renderInput(request, notes)),
  };
}

/** Instructions alone are no input: where nothing else was said, the developer says them. */
function renderConversation(instructions: string | undefined, input: readonly WireObject[]): WireObject {
  if (input.length > 0) return { ...(instructions !== undefined && { instructions }), input };
  if (instructions === undefined)
    throw invalidRequest(
      'messages: there is nothing in them that the model behind this name could answer.',
      'messages',
    );
  const content = [{ type: 'input_text', text: instructions }];
  return { input: [{ type: 'message', role: 'developer', content }] };
}

/** An answer that goes on behind its stop string is another answer. */
function refuseStop(stop: readonly string[] | undefined): void {
  if (stop === undefined || stop.length === 0) return;
  throw invalidRequest('stop: the Responses API, in which this model is asked, has no stop sequences.', 'stop');
}

/** OpenAI takes no smaller limit. https://platform.openai.com/docs/api-reference/responses/create */
const outputTokensLeast = 16;

function renderLimit({ maxTokens }: ChatRequest, target: TargetModel, notes: Notes): WireObject {
  if (maxTokens === undefined) return {};
  // A caller that asks for more than there is (agents do) means "as much as you can", and would get a 400.
  const limit = Math.min(maxTokens, target.outputTokensMax ?? maxTokens);
  if (limit >= outputTokensLeast) return { max_output_tokens: limit };
  notes.dropped('max_tokens', `the Responses API takes no limit below ${outputTokensLeast}`);
  return { max_output_tokens: outputTokensLeast };
}

function renderSampling(request: ChatRequest, target: TargetModel, notes: Notes): WireObject {
  for (const [field, value] of Object.entries({
    top_k: request.topK,
    seed: request.seed,
    frequency_penalty: request.frequencyPenalty || undefined,
    presence_penalty: request.presencePenalty || undefined,
  })) {
    if (value !== undefined) notes.dropped(field, 'the Responses API does not take it');
  }
  const sampling = { temperature: request.temperature, top_p: request.topP };
  if (!target.fixedSampling) return sampling;
  for (const [field, value] of Object.entries(sampling)) {
    if (value !== undefined && value !== 1) notes.dropped(field, 'the target is a reasoning model with fixed sampling');
  }
  return {};
}

/** At most 64 characters, always the same for the same user, and never an address or a name in the clear. */
function userOf(id: string): string {
  return /^[\w.:-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
}

function renderThinking(thinking: Thinking | undefined, target: TargetModel, notes: Notes): WireObject {
  if (thinking === undefined) return {};
  const thinks = target.thinking === undefined ? target.fixedSampling === true : target.thinking !== 'none';
  if (!thinks) {
    if (thinking.mode !== 'off')
      notes.dropped(
        'thinking',
        "the target is not known to take an effort; its row in the configuration's models can say so",
      );
    return {};
  }
  const effort = effortOf(thinking, target, notes);
  const summary = thinking.mode === 'off' ? undefined : summaryOf(thinking.display);
  return { reasoning: { ...(effort && { effort }), ...(summary && { summary }) } };
}

/** Whoever asks for thinking wants to read it, unless it says otherwise. */
function summaryOf(display: string | undefined): string | undefined {
  if (display === 'omitted' || display === 'none' || display === 'false') return undefined;
  return display === 'concise' || display === 'detailed' ? display : 'auto';
}

/** Every reasoning model knows low, medium and high; below and above, only some do, and refuse the rest. */
function effortOf(thinking: Thinking, target: TargetModel, notes: Notes): Effort | undefined {
  const known = (effort: Effort) => target.efforts?.includes(effort) === true;
  if (thinking.mode === 'off') {
    if (known('none') || target.thinking === 'budget' || target.thinking === 'adaptive') return 'none';
    notes.dropped('thinking', 'not every reasoning model can be kept from thinking: asked for the least');
    return known('minimal') ? 'minimal' : 'low';
  }
  const { effort, budgetTokens } = thinking;
  if (effort === undefined) return budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens);
  if (known(effort)) return effort;
  if (effort === 'xhigh' || effort === 'max') {
    notes.dropped('thinking.effort', 'not every reasoning model goes above high');
    return 'high';
  }
  return effort === 'none' || effort === 'minimal' ? 'low' : effort;
}

function effortOfBudget(tokens: number): Effort {
  if (tokens < 4096) return 'low';
  return tokens < 16_384 ? 'medium' : 'high';
}
