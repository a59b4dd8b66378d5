/** Arguments of tool calls for the dialects in which they are JSON objects, and no text. */
import { RawJson } from '../lib/json.ts';
import type { ToolCallBlock } from '../llm/chat.ts';
import type { Notes } from '../llm/notes.ts';
import { refused } from './shape.ts';
import { objectIn, type WireObject } from './wire-object.ts';

/** The arguments of a call in a conversation, byte for byte. Throws invalid-request where they are no JSON object. */
export function argumentsOf(block: ToolCallBlock, path: string): RawJson {
  if (block.form === 'freeform') {
    throw refused(path, `the call of "${block.name}" has free text for arguments; this API only knows JSON arguments`);
  }
  if (block.args.trim() === '') return new RawJson('{}');
  if (objectIn(block.args) === undefined) {
    throw refused(path, `the arguments of tool call "${block.id.slice(0, 80)}" must be a JSON object`);
  }
  return new RawJson(block.args);
}

/**
 * The arguments that a model gave. Those that were cut off (max_tokens) or never were JSON cannot stand in a JSON body as
 * they are; they are wrapped, so that the caller sees what there is of them, as the API's own guide advises.
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
export function answeredArguments(text: string, notes: Notes): RawJson | WireObject {
  if (text.trim() === '') return {};
  if (objectIn(text) !== undefined) return new RawJson(text);
  notes.dropped('input', "the model's arguments are not a JSON object; they are given as INVALID_JSON");
  return { INVALID_JSON: text };
}
