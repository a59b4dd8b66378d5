/** Callers of the kill rounds: so many a second, streams and whole answers, by turns at both gateways. */
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Customer, Member } from './world.ts';

export interface Call {
  readonly member: Member;
  readonly customer: Customer;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Answered {
  readonly call: Call;
  /** 0: the connection broke, before or within the answer. */
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
  readonly tookMs: number;
}

const agent = new Agent({ connections: 512, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });

/** `onText` is called with all that has come, as it comes. */
export async function send(call: Call, onText: (text: string) => void = () => {}): Promise<Answered> {
  const { member, customer, body } = call;
  const startedMs = performance.now();
  let retryAfter: string | undefined;
  const answered = (status: number, text: string): Answered => {
    return { call, status, text, retryAfter, tookMs: performance.now() - startedMs };
  };
  try {
    const answer = await request(`${member.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      dispatcher: agent,
      headers: { authorization: `Bearer ${customer.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'fake/m', messages: [{ role: 'user', content: 'hi' }], ...body }),
    });
    retryAfter = answer.headers['retry-after']?.toString();
    let text = '';
    for await (const bytes of answer.body) {
      text += String(bytes);
      onText(text);
    }
    const whole = answer.statusCode !== 200 || body.stream !== true || /\[DONE\]|"error"/.test(text);
    return answered(whole ? answer.statusCode : 0, text);
  } catch {
    return answered(0, '');
  }
}

/** A long stream now and then, so that there is something to interrupt. */
export function anyBody(random: () => number): Readonly<Record<string, unknown>> {
  const below = (max: number) => Math.floor(random() * max);
  if (random() < 0.08) return { stream: true, max_tokens: 60 + below(60), pace_ms: 5 + below(25) };
  return { stream: random() < 0.5, max_tokens: 1 + below(40), pace_ms: below(5) };
}

export interface Load {
  readonly sent: number;
  /** No more calls; resolves when all are answered or cut. */
  stop(): Promise<readonly Answered[]>;
}

const tickMs = 20;

export function startLoad(perSecond: number, next: () => Call): Load {
  const running: Promise<Answered>[] = [];
  const startedMs = performance.now();
  let stopped = false;
  const ended = (async () => {
    while (!stopped) {
      const due = ((performance.now() - startedMs) / 1000) * perSecond;
      while (running.length < due) running.push(send(next()));
      await pause(tickMs);
    }
  })();
  return {
    get sent() {
      return running.length;
    },
    async stop() {
      stopped = true;
      await ended;
      return Promise.all(running);
    },
  };
}
