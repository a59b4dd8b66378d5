/** `generationConfig`. https://ai.google.dev/api/generate-content#generationconfig */
import { defined } from '../../lib/defined.ts';
import { RawJson } from '../../lib/json.ts';
import type { ChatRequest, OutputFormat } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import { refused } from '../shape.ts';
import { objectIn, type WireObject } from '../wire-object.ts';
import { renderThinking } from './thinking.ts';

export function renderConfig(request: ChatRequest, target: TargetModel, notes: Notes): WireObject {
  const { maxTokens, stop, seed, thinking } = request;
  if (stop !== undefined && stop.length > stopMax)
    throw refused('stop', `has ${stop.length} sequences; the model behind this name takes at most ${stopMax}`);
  const thinkingConfig = renderThinking(thinking, target, notes);
  const fields = {
    // A caller that asks for more than there is (agents do) means "as much as you can", and would get a 400.
    maxOutputTokens: maxTokens === undefined ? undefined : Math.min(maxTokens, target.outputTokensMax ?? maxTokens),
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    seed: seed === undefined ? undefined : seedOf(seed),
    frequencyPenalty: request.frequencyPenalty,
    presencePenalty: request.presencePenalty,
    stopSequences: stop,
    ...renderFormat(request.format, notes),
    thinkingConfig,
  };
  return defined(fields);
}

const stopMax = 5;

/** The field is an int32; a larger seed becomes one, always the same. */
function seedOf(seed: number): number {
  return Math.abs(seed) < 2 ** 31 ? seed : Number(BigInt.asIntN(32, BigInt(seed)));
}

function renderFormat(format: OutputFormat | undefined, notes: Notes): WireObject {
  if (format === undefined) return {};
  if (format.type === 'json-object') return { responseMimeType: 'application/json' };
  if (objectIn(format.schema) === undefined)
    throw refused('response_format', 'its schema must be a JSON Schema object');
  if (format.description !== undefined)
    notes.dropped('response_format.description', 'a schema has no description here');
  return { responseMimeType: 'application/json', responseJsonSchema: new RawJson(format.schema) };
}
