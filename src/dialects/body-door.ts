/** The door that a chat's body would knock at, where no path says so: by a name, or by its own shape. */
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonScan } from '../lib/json.ts';
import type { DialectId } from '../llm/chat.ts';
import { invalidRequest } from '../llm/error.ts';
import { messagesDoor } from './anthropic/door.ts';
import { converseDoor } from './bedrock-converse/door.ts';
import type { Door } from './door.ts';
import { generateContentDoor } from './gemini/door.ts';
import { chatDoor } from './openai-chat/door.ts';
import { responsesDoor } from './openai-responses/door.ts';

const doors: Readonly<Record<DialectId, Door>> = {
  'openai-chat': chatDoor,
  'openai-responses': responsesDoor,
  anthropic: messagesDoor,
  gemini: generateContentDoor,
  'bedrock-converse': converseDoor,
};

/** Undefined: it is the name of no dialect. */
export function doorByName(name: string): Door | undefined {
  return Object.hasOwn(doors, name) ? doors[name as DialectId] : undefined;
}

/** `name`: what the caller says that it is. Throws LlmFailure (invalid-request) for a name that there is not. */
export function doorOfBody({ fields }: JsonScan, name: string | null, headers: IncomingHttpHeaders): Door {
  if (name !== null) return doorByName(name) ?? refuse(name);
  const has = (...names: readonly string[]) => fields.some((field) => names.includes(field.name));
  if (has('contents')) return generateContentDoor;
  if (has('inferenceConfig', 'toolConfig')) return converseDoor;
  if (!has('messages')) return has('input') ? responsesDoor : chatDoor;
  // Anthropic's instructions stand beside the messages, OpenAI's among them.
  return has('system') || headers['anthropic-version'] !== undefined ? messagesDoor : chatDoor;
}

function refuse(name: string): never {
  const known = Object.keys(doors).join(', ');
  throw invalidRequest(`dialect ${JSON.stringify(name.slice(0, 64))} is not known. Known are ${known}`, 'dialect');
}
