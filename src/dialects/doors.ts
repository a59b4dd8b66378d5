/** Every door, and the dialect in which a caller who knocked anywhere else is answered. */
import type { IncomingHttpHeaders } from 'node:http';
import { countTokensDoor, messagesDoor } from './anthropic/door.ts';
import { anthropic } from './anthropic/index.ts';
import { converseDoor, converseStreamDoor, countDoor } from './bedrock-converse/door.ts';
import { bedrockConverse } from './bedrock-converse/index.ts';
import { invokeDoor, invokeStreamDoor } from './bedrock-converse/invoke.ts';
import type { Dialect } from './dialect.ts';
import type { Door, Knock } from './door.ts';
import { countGeminiTokensDoor, generateContentDoor, streamGenerateContentDoor } from './gemini/door.ts';
import { gemini } from './gemini/index.ts';
import { anthropicModelList, geminiModelList, type ModelListFormat, openaiModelList } from './model-list.ts';
import { chatDoor, deploymentDoor } from './openai-chat/door.ts';
import { openaiChat } from './openai-chat/index.ts';
import { compactDoor, inputTokensDoor, responsesDoor } from './openai-responses/door.ts';
import { openaiResponses } from './openai-responses/index.ts';

export const doors: readonly Door[] = [
  chatDoor,
  deploymentDoor,
  messagesDoor,
  countTokensDoor,
  responsesDoor,
  inputTokensDoor,
  compactDoor,
  generateContentDoor,
  streamGenerateContentDoor,
  countGeminiTokensDoor,
  converseDoor,
  converseStreamDoor,
  countDoor,
  invokeDoor,
  invokeStreamDoor,
];

const byPath: ReadonlyMap<string, Knock> = new Map(
  doors.filter(({ match }) => match === undefined).flatMap((door) => pathsOf(door).map((path) => [path, { door }])),
);
const byPattern = doors.filter(({ match }) => match !== undefined);

function pathsOf({ path, aliases = [] }: Door): readonly string[] {
  return [path, ...aliases];
}

/** The door at a path, and what the path itself says of the call. `path`: as it stands in the request, without query. */
export function findDoor(path: string): Knock | undefined {
  const known = byPath.get(path);
  if (known !== undefined) return known;
  for (const door of byPattern) {
    const asked = door.match?.(path);
    if (asked !== undefined) return { door, asked };
  }
  return undefined;
}

/** The dialect in which a caller who knocked anywhere is answered: that of its path, or of a header that gives it away. */
export function dialectOfCaller(path: string, headers: IncomingHttpHeaders): Dialect {
  const found = findDoor(path);
  if (found !== undefined) return found.door.dialect;
  if (/^\/(model|inference-profiles|foundation-models)(\/|$)/.test(path)) return bedrockConverse;
  if (/^(\/v1)?\/responses(\/|$)/.test(path)) return openaiResponses;
  if (isGemini(path, headers)) return gemini;
  return isAnthropic(headers) || /^(\/v1)?\/messages(\/|$)/.test(path) ? anthropic : openaiChat;
}

/** The list of models in the format that this caller's SDK reads; several dialects have their list at one path. */
export function modelListFormat(path: string, headers: IncomingHttpHeaders): ModelListFormat {
  if (isGemini(path, headers)) return geminiModelList;
  return isAnthropic(headers) ? anthropicModelList : openaiModelList;
}

/** Its versions and its key header are its own; under /v1 it is one of several. */
function isGemini(path: string, headers: IncomingHttpHeaders): boolean {
  return /^\/v1(beta1?|alpha)\//.test(path) || headers['x-goog-api-key'] !== undefined;
}

function isAnthropic(headers: IncomingHttpHeaders): boolean {
  return headers['anthropic-version'] !== undefined;
}
