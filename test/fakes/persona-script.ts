/** Plays a persona in the dialect of the request: answers, streams, token counts, model lists and errors. */
import { setTimeout as pause } from 'node:timers/promises';
import { expand, type Say, type WireEvent } from './answer.ts';
import type { UpstreamCall } from './call.ts';
import { chatError, chatJson, chatStream } from './chat-wire.ts';
import { type Conversation, readConversation } from './conversation.ts';
import { messagesError, messagesEvent, messagesJson, messagesStream } from './messages-wire.ts';
import { type Persona, personaOf, type Turn } from './personas.ts';
import { type Reply, sseHeaders } from './reply.ts';
import type { Script, Upstream } from './upstream.ts';

/** The default script: the persona that the model's name says. */
export const personaScript: Script = (call, reply, upstream) => play(personaOf(call.model), call, reply, upstream);

/** One persona for every model name. */
export function always(persona: Persona): Script {
  return (call, reply, upstream) => play(persona, call, reply, upstream);
}

async function play(persona: Persona, call: UpstreamCall, reply: Reply, upstream: Upstream): Promise<void> {
  if (call.operation === 'models') return reply.json(200, modelList(call));
  const body = call.json;
  if (call.dialect === undefined) return reply.json(404, chatError(`no such path: ${call.path}`));
  if (body === undefined) return reply.json(400, errorBody(call, 'the body is not JSON', 400));
  const conversation = readConversation(call.dialect, body);
  if (call.operation === 'count-tokens') return reply.json(200, { input_tokens: conversation.inputTokens });
  const wrong: string[] = [];
  const turn = persona(conversation, (what) => wrong.push(what));
  if (wrong.length > 0) {
    upstream.violations.push(...wrong);
    return reply.json(400, errorBody(call, wrong.join('; '), 400));
  }
  if ('status' in turn) return reply.json(turn.status, errorBody(call, turn.message, turn.status), turn.headers);
  return answer(conversation, turn, call, reply);
}

type Speech = Extract<Turn, { say: Say }>;

async function answer(conversation: Conversation, turn: Speech, call: UpstreamCall, reply: Reply): Promise<void> {
  const say: Say = { ...turn.say, usage: { input: conversation.inputTokens, ...turn.say.usage } };
  call.usage = expand(say).usage;
  const options = {
    model: conversation.model,
    includeUsage: conversation.includeUsage,
    reasoning: turn.reasoning,
    id: answerId(call),
  };
  if (!conversation.stream) return answerWhole(say, options, turn, call, reply);
  const events = call.dialect === 'openai-chat' ? chatStream(say, options) : messagesStream(say, options);
  reply.head(200, sseHeaders);
  if (turn.breakBy === undefined) {
    if (await reply.events(events, turn.paceMs)) reply.end();
    return;
  }
  await reply.events(events.slice(0, Math.ceil(events.length / 2)), turn.paceMs);
  if (turn.breakBy === 'fin') return reply.fin();
  if (turn.breakBy === 'reset') return reply.reset();
  await reply.events([streamError(call)]);
  reply.end();
}

async function answerWhole(say: Say, options: object, turn: Speech, call: UpstreamCall, reply: Reply): Promise<void> {
  const text = call.dialect === 'openai-chat' ? chatJson(say, options) : messagesJson(say, options);
  // A paced answer is worked on for as long as its stream would take.
  if (turn.paceMs !== undefined) await pause(turn.paceMs * expand(say).usage.output, undefined, { ref: false });
  const json = { 'content-type': 'application/json' };
  if (turn.breakBy === undefined) {
    call.tokensSent = expand(say).usage.output;
    return reply.send(200, json, text);
  }
  if (turn.breakBy === 'error') return reply.json(500, errorBody(call, 'the model broke down', 500));
  reply.head(200, { ...json, 'content-length': Buffer.byteLength(text) });
  await reply.write(text.slice(0, text.length / 2));
  return turn.breakBy === 'fin' ? reply.fin() : reply.reset();
}

/** The failure in the middle of a stream, as each service writes it. */
export function streamError(call: UpstreamCall): WireEvent {
  if (call.dialect === 'anthropic') {
    return messagesEvent('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
  }
  const error = { message: 'The server had an error', type: 'server_error', param: null, code: null };
  return { text: `data: ${JSON.stringify({ error })}\n\n`, tokens: 0 };
}

/** An error body as each service words that status. */
export function errorBody(call: UpstreamCall, message: string, status: number): object {
  return call.dialect === 'anthropic'
    ? messagesError(message, anthropicTypes[status] ?? 'api_error')
    : chatError(message, openaiTypes[status] ?? 'server_error', status === 401 ? 'invalid_api_key' : null);
}

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const openaiTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'invalid_request_error',
  403: 'invalid_request_error',
  404: 'invalid_request_error',
  413: 'invalid_request_error',
  429: 'requests',
};

/** Ids differ from call to call, as real ones do. */
function answerId(call: UpstreamCall): string {
  return `${call.dialect === 'anthropic' ? 'msg_' : 'chatcmpl-'}fake${call.index}`;
}

function modelList(call: UpstreamCall): object {
  const names = ['echo', 'thinking', 'structured', 'image'];
  if (call.headers['anthropic-version'] !== undefined) {
    const data = names.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' }));
    return { data, has_more: false, first_id: names[0], last_id: names.at(-1) };
  }
  return {
    object: 'list',
    data: names.map((id) => ({ id, object: 'model', created: 1_755_000_000, owned_by: 'fake' })),
  };
}
