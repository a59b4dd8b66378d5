/** Plays a scenario on one HTTP response, in any dialect, with that dialect's own renderers. */
import type { ServerResponse } from 'node:http';
import type { AnswerContext, Dialect } from '../dialects/dialect.ts';
import { stringifyJson } from '../lib/json.ts';
import type { Block, ChatEvent, ChatRequest } from '../llm/chat.ts';
import { type LlmError, statusOf } from '../llm/error.ts';
import { NoteList } from '../llm/notes.ts';
import type { Usage } from '../llm/usage.ts';
import type { Answer, Scenario } from './scenario.ts';
import { countInput, countOutput, tokensOf } from './words.ts';

/** Waits; ends early, without an error, when the caller's side has gone. */
export type Pause = (ms: number) => Promise<void>;

export interface Stage {
  readonly dialect: Dialect;
  readonly request: ChatRequest;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly nowMs: number;
  readonly pause: Pause;
}

export async function perform(scenario: Scenario, stage: Stage): Promise<void> {
  const { response, request } = stage;
  const type = request.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  switch (scenario.type) {
    case 'answer':
      await stage.pause(scenario.startMs);
      return request.stream ? playStream(scenario, stage, type) : playWhole(scenario, stage, type);
    case 'refusal':
      return sendError(stage, scenario.error, scenario.status);
    case 'silent':
      return;
    case 'headers-only':
      response.writeHead(200, { 'content-type': type }).flushHeaders();
      return;
    case 'empty':
      response.writeHead(200, { 'content-type': type }).end();
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title><p>It works!');
  }
}

/** An error answer in the dialect's own words; `status` where it is not the kind's own (529). */
export function sendError(
  stage: Omit<Stage, 'request' | 'pause' | 'nowMs'>,
  error: LlmError,
  status = statusOf(error),
): void {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-request-id': stage.requestId };
  if (error.retryAfterMs !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000));
  stage.response.writeHead(status, headers).end(stage.dialect.renderError(error, stage.requestId).body);
}

async function playStream(answer: Answer, stage: Stage, type: string): Promise<void> {
  const { response, dialect } = stage;
  const events = eventsOf(answer, stage);
  const broken = answer.breakBy === undefined ? events : events.slice(0, events.length >> 1);
  let held = noBytes;
  const renderer = dialect.renderStream((piece) => {
    const bytes = typeof piece === 'string' && answer.usage === 'none' ? withoutUsage(piece) : piece;
    held = Buffer.concat([held, Buffer.from(bytes as string)]);
  }, contextOf(stage));
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', 'x-request-id': stage.requestId });
  for (const event of broken) {
    renderer.push(event);
    if (answer.tokenMs > 0 && event.type === 'block-delta') await stage.pause(answer.tokenMs);
    else if (held.length < 16_384) continue;
    if (response.destroyed) return;
    await written(response, held);
    held = noBytes;
  }
  if (answer.breakBy === 'error') renderer.push({ type: 'error', error: breakdown });
  await written(response, held);
  if (answer.breakBy === 'cut') response.destroy();
  else response.end();
}

async function playWhole(answer: Answer, stage: Stage, type: string): Promise<void> {
  const { response, dialect } = stage;
  if (answer.breakBy === 'error') return sendError(stage, breakdown, 500);
  const renderer = dialect.renderResponse(contextOf(stage));
  const events = eventsOf(answer, stage);
  for (const event of events) renderer.push(event);
  await stage.pause(answer.tokenMs * countOutput(events));
  const { usage, ...rest } = renderer.body();
  const text = stringifyJson(answer.usage === 'none' ? rest : { ...rest, usage });
  response.writeHead(200, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'x-request-id': stage.requestId,
  });
  if (answer.breakBy === undefined) {
    response.end(text);
    return;
  }
  await written(response, Buffer.from(text.slice(0, text.length >> 1)));
  response.destroy();
}

const breakdown: LlmError = { kind: 'overloaded', message: 'The mock model broke down in the middle of its answer.' };

function contextOf(stage: Stage): AnswerContext {
  return {
    requestId: stage.requestId,
    model: stage.request.model,
    createdAtMs: stage.nowMs,
    wantsStreamUsage: stage.request.wantsStreamUsage,
    inputTokensEstimate: countInput(stage.request),
    notes: new NoteList(),
  };
}

function eventsOf(answer: Answer, stage: Stage): ChatEvent[] {
  const events: ChatEvent[] = [{ type: 'start', id: stage.requestId, model: stage.request.model }];
  answer.blocks.forEach((block, index) => {
    events.push(...blockEvents(block, index));
  });
  if (answer.usage !== 'none') events.push({ type: 'usage', usage: usageOf(answer, events, stage.request) });
  events.push({ type: 'end', stop: answer.stop });
  return events;
}

function blockEvents(block: Block, index: number): ChatEvent[] {
  const deltas = (text: string): ChatEvent[] => tokensOf(text).map((delta) => ({ type: 'block-delta', index, delta }));
  const end: ChatEvent = { type: 'block-end', index };
  if (block.type === 'tool-call') {
    return [{ type: 'block-start', index, block: { ...block, args: '' } }, ...deltas(block.args), end];
  }
  if (block.type === 'text' || block.type === 'refusal') {
    return [{ type: 'block-start', index, block: { ...block, text: '' } }, ...deltas(block.text), end];
  }
  if (block.type !== 'thinking') return [{ type: 'block-start', index, block }, end];
  const { seal, ...open } = block;
  const sealed: ChatEvent[] = seal === undefined ? [] : [{ type: 'block-seal', index, seal }];
  return [{ type: 'block-start', index, block: { ...open, text: '' } }, ...deltas(block.text), ...sealed, end];
}

function usageOf(answer: Answer, events: readonly ChatEvent[], request: ChatRequest): Partial<Usage> {
  if (answer.usage === 'absurd') return { input: -5, output: 1e18, cacheRead: 1e18 };
  const thinking = answer.blocks.reduce(
    (sum, block) => sum + (block.type === 'thinking' ? tokensOf(block.text).length : 0),
    0,
  );
  return { input: countInput(request), output: countOutput(events), thinking };
}

/** Takes every `usage` out of the events: renderers would make one up where their dialect demands it. */
function withoutUsage(events: string): string {
  return events.replaceAll(/^data: (\{.*\})$/gm, (_line, json: string) => {
    const silent: unknown = JSON.parse(json, (key, value: unknown) => (key === 'usage' ? undefined : value));
    return `data: ${JSON.stringify(silent)}`;
  });
}

const noBytes = Buffer.alloc(0);

/** Resolves when the bytes have left, or the caller's side has gone. */
function written(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (bytes.length === 0 || response.destroyed) return resolve();
    response.once('close', resolve);
    response.write(bytes, () => {
      response.off('close', resolve);
      resolve();
    });
  });
}
