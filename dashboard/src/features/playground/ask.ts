/** Asks the data plane as any program would, and tells of the answer while it comes. */
import { AnswerStream } from './answer-stream.ts';
import { type Ask, type AssistantMessage, bodyOf } from './conversation.ts';
import type { KeySource } from './playground-key.ts';

export interface Asking {
  readonly ask: Ask;
  readonly key: KeySource;
  readonly signal: AbortSignal;
  /** Called a few times a second, and once at the end. */
  readonly onSaid: (said: AssistantMessage) => void;
}

/** Between two drawings: more often nobody reads. */
const drawEveryMs = 50;

/** Never rejects: a failure is told as what was said. */
export async function askModel({ ask, key, signal, onSaid }: Asking): Promise<void> {
  const startedAt = performance.now();
  const stream = new AnswerStream();
  let firstTokenMs: number | null = null;
  let head: Partial<AssistantMessage['figures']> = {};
  let drawnAt = 0;
  const told = (more: Partial<AssistantMessage>): AssistantMessage => {
    const figures = { ...stream.said.figures, ...head, firstTokenMs, totalMs: performance.now() - startedAt };
    return { ...stream.said, figures, ...more };
  };
  try {
    const { response, keyId } = await send(ask, key, signal);
    const { headers } = response;
    head = { servedBy: headers.get('x-tollgate-model'), requestId: headers.get('x-request-id'), keyId };
    if (!response.ok) throw new Error(await reasonOf(response));
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece !== undefined && !piece.done; piece = await reader?.read()) {
      stream.push(piece.value);
      if (firstTokenMs === null && isSomething(stream.said)) firstTokenMs = performance.now() - startedAt;
      if (performance.now() - drawnAt < drawEveryMs) continue;
      drawnAt = performance.now();
      onSaid(told({}));
    }
    if (stream.said.state === 'failed') onSaid(told({}));
    else if (stream.isWhole) onSaid(told({ state: 'done' }));
    else onSaid(told({ state: 'failed', error: 'The connection broke before the answer was whole.' }));
  } catch (error) {
    if (signal.aborted) onSaid(told({ state: 'stopped' }));
    else onSaid(told({ state: 'failed', error: error instanceof Error ? error.message : String(error) }));
  }
}

interface Sent {
  readonly response: Response;
  readonly keyId: string;
}

async function send(ask: Ask, source: KeySource, signal: AbortSignal): Promise<Sent> {
  const body = JSON.stringify({ ...bodyOf(ask), stream: true, stream_options: { include_usage: true } });
  const post = async (): Promise<Sent> => {
    const { id, key } = await source.get();
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'x-tollgate-tags': 'playground',
    };
    const response = await fetch('/v1/chat/completions', {
      method: 'POST',
      credentials: 'omit',
      headers,
      body,
      signal,
    });
    return { response, keyId: id };
  };
  const sent = await post();
  if (sent.response.status !== 401) return sent;
  // Another window made more keys than may be alive, and this one's was the oldest.
  source.forget();
  return post();
}

async function reasonOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return JSON.parse(text).error.message;
  } catch {
    return `The gateway answered ${response.status}.`;
  }
}

function isSomething({ text, thinking, toolCalls }: AssistantMessage): boolean {
  return text !== '' || thinking !== '' || toolCalls.length > 0;
}
