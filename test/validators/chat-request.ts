/**
 * What OpenAI's API would refuse in a chat request that the gateway made itself. Returns it in words; [] is a pass. Own
 * code, from the API's reference. https://platform.openai.com/docs/api-reference/chat/create
 */
import { asObject, readObject } from './sse-events.ts';

type Fields = Readonly<Record<string, unknown>>;

const idLengthMax = 40;

export function chatRequestViolations(body: Fields): string[] {
  const violations: string[] = [];
  const say = (what: string): void => {
    violations.push(what);
  };
  const tools = listOf(body.tools);
  if ('tools' in body && tools.length === 0) say('tools is empty');
  if (tools.length === 0 && body.tool_choice !== undefined) say('tool_choice without tools');
  if (tools.length === 0 && body.parallel_tool_calls !== undefined) say('parallel_tool_calls without tools');
  if (Array.isArray(body.stop) && body.stop.length > 4) say('more than four stop sequences');
  if ('max_tokens' in body && 'max_completion_tokens' in body) say('both token limits');
  if (body.user !== undefined && String(body.user).length > 64) say('user is too long');
  checkMessages(listOf(body.messages), say);
  return violations;
}

function checkMessages(messages: readonly Fields[], say: (what: string) => void): void {
  if (messages.length === 0) say('no messages');
  const waiting = new Set<string>();
  messages.forEach((message, i) => {
    const at = `messages[${i}]`;
    if (message.role === 'tool') {
      const id = String(message.tool_call_id);
      if (!waiting.delete(id)) say(`${at}: a result of ${id}, which is not due`);
    } else if (waiting.size > 0) say(`${at}: ${String(message.role)} where results of ${[...waiting]} are due`);
    if (message.role === 'assistant') {
      waiting.clear();
      for (const call of listOf(message.tool_calls)) waiting.add(checkCall(call, at, say));
    }
    checkContent(message, at, say);
  });
  if (waiting.size > 0) say(`no results of ${[...waiting]}`);
}

function checkCall(call: Fields, at: string, say: (what: string) => void): string {
  const id = String(call.id);
  if (id === '' || id.length > idLengthMax) say(`${at}: call id of ${id.length} characters`);
  const tool = asObject(call.function);
  if (call.type === 'function' && typeof tool?.name !== 'string') say(`${at}: a call without a name`);
  if (call.type === 'function' && readObject(String(tool?.arguments)) === undefined)
    say(`${at}: arguments are no object`);
  return id;
}

const partTypes: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  developer: ['text'],
  assistant: ['text', 'refusal'],
  tool: ['text'],
  user: ['text', 'image_url', 'input_audio', 'file'],
};

function checkContent(message: Fields, at: string, say: (what: string) => void): void {
  const { content } = message;
  const allowed = partTypes[String(message.role)];
  if (allowed === undefined) return say(`${at}: role ${String(message.role)}`);
  if (typeof content === 'string') return;
  const isSaid = message.role === 'assistant' && (message.tool_calls !== undefined || message.refusal !== undefined);
  if (content === null && isSaid) return;
  const parts = listOf(content);
  if (parts.length === 0) say(`${at}: content is ${JSON.stringify(content)}`);
  for (const part of parts) if (!allowed.includes(String(part.type))) say(`${at}: a part of type ${String(part.type)}`);
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(asObject).filter((item) => item !== undefined) : [];
}
