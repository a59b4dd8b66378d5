/** Tollgate as a user gets it, three providers that do as they are told, and callers at a steady rate. */
import { Pool } from 'undici';
import { type Contender, startTollgate } from '../../../bench/contender.ts';
import { errorBody, personaScript } from '../../fakes/persona-script.ts';
import { type Script, startUpstream, type Upstream } from '../../fakes/upstream.ts';
import { chatStreamViolations } from '../../validators/chat-stream.ts';
import { Tally } from './tally.ts';

export const names = ['fails', 'slow', 'well'] as const;
export type Name = (typeof names)[number];

export interface Provider {
  readonly upstream: Upstream;
  /** Share of requests that get 503. */
  failShare: number;
  /** Before the first word. */
  delayMs: number;
  /** Requests at the same time; one more gets 529. */
  places: number;
}

export class Stage {
  readonly tally = new Tally();
  readonly providers: Readonly<Record<Name, Provider>>;
  readonly #tollgate: Contender;
  readonly #pool: Pool;
  readonly #startedAt = performance.now();

  constructor(tollgate: Contender, providers: Readonly<Record<Name, Provider>>) {
    this.#tollgate = tollgate;
    this.providers = providers;
    this.#pool = new Pool(`http://127.0.0.1:${tollgate.port}`, { connections: 1024, pipelining: 1 });
  }

  get atMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** One request after another, each at its time, however long they take. Resolves when all have ended. */
  async load(perSecond: number, seconds: number): Promise<void> {
    const beganAt = this.atMs;
    const open = new Set<Promise<void>>();
    for (let i = 0; i < perSecond * seconds; i++) {
      const dueMs = beganAt + (i * 1000) / perSecond - this.atMs;
      if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
      const one = this.#ask(i % 2 === 0);
      open.add(one);
      void one.finally(() => open.delete(one));
    }
    await Promise.all(open);
  }

  async stop(): Promise<void> {
    await this.#pool.destroy();
    await this.#tollgate.stop();
    for (const { upstream } of Object.values(this.providers)) await upstream.close();
  }

  async #ask(stream: boolean): Promise<void> {
    const { atMs } = this;
    const options = stream ? { stream: true, stream_options: { include_usage: true } } : {};
    const body = JSON.stringify({ model: 'storm', messages: [{ role: 'user', content: 'hi' }], ...options });
    const headers = { authorization: `Bearer ${this.#tollgate.key}`, 'content-type': 'application/json' };
    try {
      const answer = await this.#pool.request({ path: '/v1/chat/completions', method: 'POST', headers, body });
      const text = await answer.body.text();
      const whole = stream
        ? chatStreamViolations(text, { includeUsage: true, outcome: 'whole' }).length === 0
        : text.includes('"finish_reason"');
      const ok = answer.statusCode === 200 && whole;
      const why = ok ? {} : { why: text.slice(0, 300) };
      this.tally.told.push({ atMs, tookMs: this.atMs - atMs, ok, status: answer.statusCode, ...why });
    } catch (error) {
      this.tally.told.push({ atMs, tookMs: this.atMs - atMs, ok: false, status: 0, why: String(error) });
    }
  }
}

export async function startStage(random: () => number): Promise<Stage> {
  let stage: Stage | undefined;
  const provider = async (name: Name): Promise<Provider> => {
    const script: Script = async (call, reply, upstream) => {
      const request = call.attemptId?.split('-')[0] ?? '';
      stage?.tally.calls.push({ atMs: stage.atMs, target: name, request });
      upstream.calls.length = 0;
      if (random() < made.failShare) return reply.json(503, errorBody(call, 'no', 503));
      if (busy >= made.places) return reply.json(529, errorBody(call, 'too many', 529));
      busy++;
      try {
        if (made.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, made.delayMs));
        return await personaScript(call, reply, upstream);
      } finally {
        busy--;
      }
    };
    let busy = 0;
    const upstream = await startUpstream({ script, keepBodies: false });
    const made: Provider = { upstream, failShare: 0, delayMs: 0, places: Number.POSITIVE_INFINITY };
    return made;
  };
  const [fails, slow, well] = [await provider('fails'), await provider('slow'), await provider('well')];
  const providers = { fails, slow, well };
  const ids = names.map((name) => `${name}/echo`);
  const tollgate = await startTollgate(0, {
    config: {
      // What a busy machine sheds is another question.
      server: { limits: { lagMsMax: 0 } },
      providers: Object.fromEntries(
        names.map((name) => [
          name,
          {
            type: 'openai-compatible',
            baseUrl: `${providers[name].upstream.url}/v1`,
            apiKey: 'sk-storm',
            models: ['echo'],
          },
        ]),
      ),
      models: Object.fromEntries(ids.map((id) => [id, { price: { input: 1, output: 2 } }])),
      routes: { storm: { strategy: 'weighted', targets: ids } },
    },
  });
  stage = new Stage(tollgate, providers);
  return stage;
}
