/**
 * Writes a Converse request. The messages come last and nothing before them depends on the newest turn, so that one more
 * turn leaves the bytes before it as they were (cached prompts survive).
 */
import { settleCarried } from '../../llm/carried.ts';
import type { ChatRequest } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import { answerSchema } from '../anthropic/schema.ts';
import type { JsonObject } from '../dialect.ts';
import { refused } from '../shape.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { CachePoints } from './cache.ts';
import { DocumentNames } from './documents.ts';
import { newCallIds } from './ids.ts';
import { type BlockContext, renderBlock } from './render-blocks.ts';
import { type Conversation, renderMessages } from './render-messages.ts';
import { formerTools, renderTools } from './render-tools.ts';
import { planThinking, type ThinkingPlan } from './thinking.ts';
import { dialectId, restored } from './wire.ts';

export function renderRequest(request: ChatRequest, target: TargetModel, notes: Notes): JsonObject {
  settleCarried(request.carried, dialectId, notes);
  if (request.endUser !== undefined) notes.dropped('user', 'the provider has no place for the name of an end user');
  const {
    inferenceConfig,
    additionalModelRequestFields,
    outputConfig,
    thinking: _,
    ...rest
  } = restored(request.carried);
  const points = new CachePoints(target, notes);
  const context: BlockContext = { points, ids: newCallIds(), documents: new DocumentNames(), notes };
  const tools = renderTools(request, points, notes);
  const system = renderSystem(request, context);
  const conversation = renderMessages(request, context);
  const plan = planThinking(request, target, conversation.messages, notes);
  const allTools = settleTools(request, tools.list, conversation);
  const allSystem = [...system, ...conversation.leading, ...instructions(request, conversation, notes)];
  points.settle([allTools, allSystem, ...conversation.messages.map(({ content }) => content)]);
  return {
    ...filled('inferenceConfig', { ...fields(inferenceConfig), ...renderInference(request, target, plan, notes) }),
    ...filled('additionalModelRequestFields', {
      ...fields(additionalModelRequestFields),
      ...plan.fields,
      ...renderTopK(request, target, plan, notes),
    }),
    ...filled('outputConfig', { ...fields(outputConfig), ...renderOutput(request, plan) }),
    ...rest,
    ...(allTools.length > 0 && {
      toolConfig: { tools: allTools, ...(tools.choice && { toolChoice: tools.choice }) },
    }),
    ...(allSystem.length > 0 && { system: allSystem }),
    messages: conversation.messages,
  };
}

function fields(value: unknown): WireObject {
  return isObject(value) ? value : {};
}

function filled(name: string, object: WireObject): WireObject {
  return Object.keys(object).length === 0 ? {} : { [name]: object };
}

function renderSystem(request: ChatRequest, context: BlockContext): WireObject[] {
  return request.system.flatMap((block, i) => {
    if (block.type === 'media') throw refused(`system[${i}]`, 'instructions can only be text');
    return renderBlock(block, -1, `system[${i}]`, context);
  });
}

/**
 * A conversation in which a tool was called must name its tools, even when none is offered any more. One that must not be
 * called, and never was, is not offered: the API has no other word for that.
 */
function settleTools(request: ChatRequest, list: WireObject[], { hasCalls }: Conversation): WireObject[] {
  if (!hasCalls) return request.toolChoice?.type === 'none' ? [] : list;
  return list.length > 0 ? list : formerTools(request);
}

/** What this API can only be asked for in words; each is noted, since words do not enforce. */
function instructions(request: ChatRequest, { hasCalls }: Conversation, notes: Notes): WireObject[] {
  const texts: string[] = [];
  if (hasCalls && (request.toolChoice?.type === 'none' || request.tools.length === 0)) {
    if (request.tools.length > 0) notes.dropped('tool_choice', 'none is asked for in an instruction, not enforced');
    texts.push('Answer without calling any tool.');
  }
  if (request.format?.type === 'json-object') {
    notes.dropped(
      'response_format',
      'json_object is asked for in an instruction, not enforced; json_schema is enforced',
    );
    texts.push(
      'Answer with exactly one JSON object and nothing else: no text before or after it, and no code fence around it.',
    );
  }
  // Who sends back what was written here is not told twice.
  const isSaid = (text: string) => request.system.some((block) => block.type === 'text' && block.text === text);
  return texts.flatMap((text) => (isSaid(text) ? [] : [{ text }]));
}

function renderInference(request: ChatRequest, target: TargetModel, plan: ThinkingPlan, notes: Notes): WireObject {
  const { temperature, topP, stop = [] } = request;
  if (temperature !== undefined && temperature > 1) {
    throw refused('temperature', `${temperature} is above 1, the most that this model's API takes; send 0 to 1`);
  }
  if (request.seed !== undefined) notes.dropped('seed', 'the provider has no seed');
  if (request.frequencyPenalty) notes.dropped('frequency_penalty', 'the provider has no penalties');
  if (request.presencePenalty) notes.dropped('presence_penalty', 'the provider has no penalties');
  const empty = stop.indexOf('');
  if (empty !== -1) throw refused(`stop[${empty}]`, 'a stop sequence must not be empty');
  const maxTokens = maxTokensOf(request, target, notes);
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...sampling('temperature', temperature, plan, target, notes),
    ...((topP ?? 0) >= 0.95 && target.fixedSampling !== true ? { topP } : sampling('topP', topP, plan, target, notes)),
    ...(stop.length > 0 && { stopSequences: stop }),
  };
}

/** 1 is what the model does without it, so leaving that out loses nothing. */
function sampling(
  field: 'temperature' | 'topP',
  value: number | undefined,
  { isOn }: ThinkingPlan,
  { fixedSampling }: TargetModel,
  notes: Notes,
): WireObject {
  if (value === undefined) return {};
  if (!isOn && fixedSampling !== true) return { [field]: value };
  const why = isOn ? 'does not go together with thinking' : 'the model takes no sampling parameters';
  if (value !== 1) notes.dropped(field === 'topP' ? 'top_p' : field, why);
  return {};
}

/** More than the model has is the same as all it has. Without one the API asks for the model's most. */
function maxTokensOf({ maxTokens }: ChatRequest, { outputTokensMax: most }: TargetModel, notes: Notes) {
  if (maxTokens === undefined || most === undefined || maxTokens <= most) return maxTokens;
  notes.dropped('max_tokens', `${maxTokens} is more than the model's ${most}, which is asked for instead`);
  return most;
}

/** Only models that take thinking in Anthropic's words are known to take this field by this name. */
function renderTopK({ topK }: ChatRequest, target: TargetModel, { isOn }: ThinkingPlan, notes: Notes): WireObject {
  if (topK === undefined) return {};
  const isTaken = (target.thinking === 'budget' || target.thinking === 'adaptive') && target.fixedSampling !== true;
  if (isTaken && !isOn) return { top_k: topK };
  notes.dropped('top_k', isOn ? 'does not go together with thinking' : 'it is not known that the model takes it');
  return {};
}

/** The schema is text here, and every object in it must be closed. */
function renderOutput({ format }: ChatRequest, { effort }: ThinkingPlan): WireObject {
  if (format?.type !== 'json-schema') return { ...(effort && { effort }) };
  const jsonSchema = {
    schema: answerSchema(format.schema, 'response_format'),
    ...(format.name !== undefined && { name: format.name }),
    ...(format.description !== undefined && { description: format.description }),
  };
  return { ...(effort && { effort }), textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}
