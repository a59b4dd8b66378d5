/**
 * The provider of the kill rounds: says as many words as it is asked for, counts them, and
 * tells a trap at which stage an answer is. Beside it two that go wrong: one never ends its TLS handshake, one accepts a
 * connection and reads nothing.
 */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { UpstreamCall } from '../../fakes/call.ts';
import { type Script, startUpstream, type Upstream } from '../../fakes/upstream.ts';

export type Stage = 'accepted' | 'headers' | 'middle' | 'grown' | 'last' | 'ended';

export interface StageTrap {
  readonly stage: Stage;
  /** The gateway that is meant: the first part of the provider's path. */
  readonly gateway: string;
  readonly fire: () => void;
}

/** What the provider knows of one request that it took whole. */
export interface LoggedCall {
  readonly attemptId: string;
  readonly gateway: string;
  readonly words: number;
  /** Of a whole answer all, when it was sent. */
  readonly tokensSent: number;
  readonly whole: boolean;
}

export const inputTokens = 10;
/** A stream that got this far has grown its hold more than once. */
export const grownWords = 50;
/** A stage is with the gateway after this. */
const travelMs = 15;

export interface Provider {
  readonly url: string;
  /** `https:`, and no handshake ever ends. */
  readonly shutUrl: string;
  readonly deafUrl: string;
  arm(trap: StageTrap | undefined): void;
  /** Resolves when somebody is on the way to one of the two that go wrong. */
  visited(which: 'shut' | 'deaf'): Promise<void>;
  /** Everything since the last call; waits until all exchanges are over. */
  take(): Promise<readonly LoggedCall[]>;
  close(): Promise<void>;
}

export async function startProvider(): Promise<Provider> {
  let trap: StageTrap | undefined;
  const at = async (stage: Stage, call: UpstreamCall): Promise<void> => {
    if (trap?.stage !== stage || gatewayOf(call) !== trap.gateway) return;
    const { fire } = trap;
    trap = undefined;
    if (stage !== 'accepted' && stage !== 'ended') await pause(travelMs);
    fire();
    // It is gone, or will be in a moment; nothing more is said to it.
    if (stage !== 'ended') await pause(travelMs);
  };
  const script = answering(at);
  const upstream = await startUpstream({ script, keepBodies: false });
  const shut = await mute();
  const deaf = await mute();
  return {
    url: upstream.url,
    shutUrl: `https://127.0.0.1:${shut.port}`,
    deafUrl: `http://127.0.0.1:${deaf.port}`,
    arm: (next) => {
      trap = next;
    },
    visited: (which) => (which === 'shut' ? shut : deaf).visited(),
    async take() {
      await upstream.waitForClosed();
      const logged = taken(upstream);
      upstream.clear();
      return logged;
    },
    async close() {
      await upstream.close();
      await shut.close();
      await deaf.close();
    },
  };
}

const gatewayOf = ({ path }: UpstreamCall): string => path.split('/')[1] ?? '';

interface Asked {
  readonly max_tokens: number;
  readonly stream?: boolean;
  readonly pace_ms?: number;
}

function answering(at: (stage: Stage, call: UpstreamCall) => Promise<void>): Script {
  return async (call, reply) => {
    const { max_tokens: words, stream, pace_ms: paceMs = 0 } = JSON.parse(call.body.toString()) as Asked;
    const usage = { prompt_tokens: inputTokens, completion_tokens: words, total_tokens: inputTokens + words };
    call.usage = { input: inputTokens, output: words };
    const shared = { id: `chatcmpl-${call.index}`, created: 1, model: 'm' };
    await at('accepted', call);
    if (stream !== true) {
      if (paceMs > 0) await pause(paceMs * 10);
      const message = { role: 'assistant', content: Array.from({ length: words }, () => 'word').join(' ') };
      await reply.json(200, {
        ...shared,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage,
      });
      call.tokensSent = words;
      return;
    }
    const data = (more: object) =>
      `data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', ...more })}\n\n`;
    const delta = (content: object, finish: string | null) =>
      data({ choices: [{ index: 0, delta: content, finish_reason: finish }] });
    reply.head(200, { 'content-type': 'text/event-stream' });
    await at('headers', call);
    for (let i = 0; i < words; i++) {
      if (!(await reply.events([{ text: delta({ content: ' word' }, null), tokens: 1 }], paceMs))) return;
      if (i === words >> 1) await at('middle', call);
      if (i === grownWords) await at('grown', call);
    }
    if (!(await reply.events([{ text: delta({}, 'stop'), tokens: 0 }]))) return;
    await at('last', call);
    await reply.events([{ text: `${data({ choices: [], usage })}data: [DONE]\n\n`, tokens: 0 }]);
    reply.end();
    await at('ended', call);
  };
}

function taken(upstream: Upstream): readonly LoggedCall[] {
  return upstream.chats
    .filter((call) => call.bodyComplete)
    .map((call) => ({
      attemptId: call.attemptId ?? '',
      gateway: gatewayOf(call),
      words: call.usage?.output ?? 0,
      tokensSent: call.tokensSent,
      whole: !call.aborted,
    }));
}

/** Takes connections, and says nothing. */
async function mute(): Promise<{ port: number; visited: () => Promise<void>; close: () => Promise<void> }> {
  const sockets = new Set<{ destroy(): void }>();
  let waiting: (() => void)[] = [];
  const server: Server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    for (const resolve of waiting.splice(0)) resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    visited: () =>
      new Promise((resolve) => {
        waiting = [...waiting, resolve];
      }),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
