/** Tollgate, a provider and a crowd, each a process of its own. */
import { readFileSync } from 'node:fs';
import { type Contender, startTollgate } from '../contender.ts';
import { modelName } from '../script.ts';
import { Worker } from '../worker.ts';
import type { Called, Calling, Opening } from './callers.ts';

export interface ProviderState {
  /** Streams that say a word now and then. */
  readonly held: number;
  /** Bytes that it got rid of in streams that say all at once, and those streams that are still connected. */
  readonly flooded: number;
  readonly flooding: number;
}

const answerMsMax = 300_000;

export class Stage {
  readonly tollgate: Contender;
  readonly #provider: Worker;
  readonly #crowd: Worker;

  private constructor(tollgate: Contender, provider: Worker, crowd: Worker) {
    this.tollgate = tollgate;
    this.#provider = provider;
    this.#crowd = crowd;
  }

  /** `server`: settings of that section. */
  static async open(server: object): Promise<Stage> {
    const provider = await Worker.start('crowd/provider');
    const crowd = await Worker.start('crowd/callers');
    const baseUrl = `http://127.0.0.1:${provider.port}/v1`;
    const models = ['hold', 'flood', modelName];
    const tollgate = await startTollgate(provider.port, {
      probed: true,
      config: {
        server,
        providers: { fake: { type: 'openai-compatible', baseUrl, apiKey: 'sk-bench', models } },
        models: Object.fromEntries(models.map((name) => [`fake/${name}`, { price: { input: 0.1, output: 0.4 } }])),
      },
    });
    return new Stage(tollgate, provider, crowd);
  }

  async join(order: Omit<Opening, 'port' | 'request'>, model?: string): Promise<number> {
    const request = model === undefined ? '' : this.#request(model, true);
    const { opened } = (await this.#ask({ ...order, port: this.tollgate.port, request })) as { opened: number };
    return opened;
  }

  /** Small calls that are answered whole. */
  async call(calls: number, perSecond: number): Promise<Called> {
    const order: Calling = { calls, perSecond, port: this.tollgate.port, request: this.#request(modelName, false) };
    return (await this.#ask(order)) as Called;
  }

  async crowd(): Promise<{ readonly open: number; readonly refused: number }> {
    return (await this.#ask({})) as { open: number; refused: number };
  }

  async leave(): Promise<void> {
    await this.#ask({ leave: true });
  }

  async provider(): Promise<ProviderState> {
    return (await this.#provider.ask({}, answerMsMax)) as ProviderState;
  }

  /** Bytes that the gateway holds once the collector has been there; what the kernel keeps in sockets is not in it. */
  async heldBytes(): Promise<number> {
    const seen = (await this.tollgate.probe?.()) as { heldBytes: number } | undefined;
    return seen?.heldBytes ?? Number.NaN;
  }

  /** Bytes, of the gateway's own process. */
  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.tollgate.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }

  async close(): Promise<void> {
    this.#crowd.stop();
    this.#provider.stop();
    await this.tollgate.stop();
  }

  #ask(question: object): Promise<unknown> {
    return this.#crowd.ask(question, answerMsMax);
  }

  #request(model: string, stream: boolean): string {
    const body = JSON.stringify({
      model: `fake/${model}`,
      stream,
      max_completion_tokens: 64,
      messages: [{ role: 'user', content: 'hello' }],
    });
    const head = [
      'POST /v1/chat/completions HTTP/1.1',
      'host: 127.0.0.1',
      `authorization: Bearer ${this.tollgate.key}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`).toString('base64');
  }
}
