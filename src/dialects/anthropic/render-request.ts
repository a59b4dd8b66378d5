/**
 * Writes a Messages request. The messages come last and nothing before them depends on the newest turn, so that one more
 * turn leaves the bytes before it as they were (cached prompts survive).
 */
import { createHash } from 'node:crypto';
import { RawJson } from '../../lib/json.ts';
import { settleCarried } from '../../llm/carried.ts';
import type { ChatRequest } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import type { JsonObject } from '../dialect.ts';
import { refused } from '../shape.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { CacheMarks } from './cache.ts';
import { newCallIds } from './ids.ts';
import { type BlockContext, renderBlock } from './render-blocks.ts';
import { renderMessages } from './render-messages.ts';
import { renderToolChoice, renderTools } from './render-tools.ts';
import { answerSchema } from './schema.ts';
import { planThinking, type ThinkingPlan } from './thinking.ts';
import { dialectId, restored } from './wire.ts';

/** For a model whose limit is not known: every current model takes as much. The API has no default of its own. */
const maxTokensDefault = 32_000;
/** https://platform.claude.com/docs/en/api/messages: metadata.user_id. */
const userIdCharactersMax = 256;

export function renderRequest(request: ChatRequest, target: TargetModel, notes: Notes): JsonObject {
  settleCarried(request.carried, dialectId, notes);
  const { thinking: _, output_config: config, metadata, ...rest } = restored(request.carried);
  const marks = new CacheMarks(isObject(rest.cache_control));
  const context: BlockContext = { marks, ids: newCallIds(), notes };
  const tools = renderTools(request.tools, marks, notes);
  const system = renderSystem(request, context);
  const conversation = renderMessages(request, target, context);
  marks.settle(notes);
  const maxTokens = maxTokensOf(request, target, notes);
  const plan = planThinking(request, target, maxTokens, conversation.lostThinking, notes);
  const toolChoice = renderToolChoice(request);
  const outputConfig = { ...(isObject(config) && config), ...renderOutput(request, plan, notes) };
  const allMetadata = { ...(isObject(metadata) && metadata), ...renderUser(request) };
  const allSystem = [...system, ...conversation.leading, ...jsonInstruction(request, notes)];
  return {
    model: target.name,
    max_tokens: maxTokens,
    ...(request.stream && { stream: true }),
    ...renderSampling(request, target, plan, notes),
    ...(plan.config && { thinking: plan.config }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
    ...(toolChoice && { tool_choice: toolChoice }),
    ...(Object.keys(allMetadata).length > 0 && { metadata: allMetadata }),
    ...rest,
    ...(tools.length > 0 && { tools }),
    ...(allSystem.length > 0 && { system: allSystem }),
    messages: conversation.messages,
  };
}

function renderSystem(request: ChatRequest, context: BlockContext): WireObject[] {
  return request.system.flatMap((block, i) => {
    if (block.type !== 'text') throw refused(`system[${i}]`, 'instructions can only be text');
    const wire = renderBlock(block, -1, `system[${i}]`, context);
    return wire === undefined ? [] : [wire];
  });
}

/** More than the model has is the same as all it has. */
function maxTokensOf(request: ChatRequest, target: TargetModel, notes: Notes): number {
  const most = target.outputTokensMax;
  const wanted = request.maxTokens ?? most ?? maxTokensDefault;
  if (most === undefined || wanted <= most) return wanted;
  notes.dropped('max_tokens', `${wanted} is more than the model's ${most}, which is asked for instead`);
  return most;
}

function renderSampling(request: ChatRequest, target: TargetModel, plan: ThinkingPlan, notes: Notes): WireObject {
  const { temperature, topP, topK } = request;
  if (temperature !== undefined && temperature > 1) {
    throw refused('temperature', `${temperature} is above 1, the most that this model takes; send 0 to 1`);
  }
  if (request.seed !== undefined) notes.dropped('seed', 'the provider has no seed');
  if (request.frequencyPenalty) notes.dropped('frequency_penalty', 'the provider has no penalties');
  if (request.presencePenalty) notes.dropped('presence_penalty', 'the provider has no penalties');
  const stop = stopSequences(request);
  const fixed = target.fixedSampling === true;
  const sampling: WireObject = {};
  const keep = (field: string, value: number | undefined, isTaken: boolean, why: string): void => {
    if (value === undefined) return;
    if (isTaken) sampling[field] = value;
    else notes.dropped(field, why);
  };
  const why = fixed ? 'the model takes no sampling parameters' : 'does not go together with thinking';
  // 1 is what the API does without it, so leaving it out loses nothing.
  keep('temperature', plan.isOn || fixed ? differing(temperature) : temperature, !plan.isOn && !fixed, why);
  const both = sampling.temperature !== undefined;
  const topPTaken = !fixed && !both && (!plan.isOn || (topP ?? 1) >= 0.95);
  keep(
    'top_p',
    topPTaken ? topP : differing(topP),
    topPTaken,
    both ? 'the model takes temperature or top_p, not both' : why,
  );
  keep('top_k', topK, !plan.isOn && !fixed, why);
  return { ...sampling, ...(stop && { stop_sequences: stop }) };
}

function differing(value: number | undefined): number | undefined {
  return value === 1 ? undefined : value;
}

function stopSequences(request: ChatRequest): readonly string[] | undefined {
  if (request.stop === undefined || request.stop.length === 0) return undefined;
  const blank = request.stop.findIndex((text) => text.trim() === '');
  if (blank !== -1) throw refused(`stop[${blank}]`, 'a stop sequence must hold more than white space for this model');
  return request.stop;
}

function renderOutput({ format: asked }: ChatRequest, plan: ThinkingPlan, notes: Notes): WireObject {
  if (asked?.type === 'json-schema' && asked.description !== undefined) {
    notes.dropped(
      'response_format.json_schema.description',
      'a format has no description here; the schema can have one',
    );
  }
  const format =
    asked?.type === 'json-schema'
      ? { type: 'json_schema', schema: new RawJson(answerSchema(asked.schema, 'response_format')) }
      : undefined;
  return { ...(plan.effort && { effort: plan.effort }), ...(format && { format }) };
}

/**
 * "Any JSON object" cannot be enforced here: the API only takes schemas whose objects are closed, and a closed object
 * without properties is `{}`. So it is asked for in words, and noted; a caller that needs it enforced sends a schema.
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs
 */
function jsonInstruction(request: ChatRequest, notes: Notes): WireObject[] {
  if (request.format?.type !== 'json-object') return [];
  notes.dropped('response_format', 'json_object is asked for in an instruction, not enforced; json_schema is enforced');
  const text =
    'Answer with exactly one JSON object and nothing else: no text before or after it, and no code fence around it.';
  return [{ type: 'text', text }];
}

/** An id that is too long is replaced by its hash: still one id for one user. */
function renderUser(request: ChatRequest): WireObject {
  const id = request.endUser;
  if (id === undefined) return {};
  if (id.length <= userIdCharactersMax) return { user_id: id };
  return { user_id: createHash('sha256').update(id).digest('hex') };
}
