/**
 * A caller that hangs up at a chosen frame of a recorded stream, and what must then stand on its bill, by the rules of
 * docs/charging.md.
 */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { AnswerHost } from '../../src/gateway/answer/answer.ts';
import { RelayStream } from '../../src/gateway/answer/relay-stream.ts';
import type { DialectId } from '../../src/llm/chat.ts';
import { noUsage, type Usage } from '../../src/llm/usage.ts';
import { dialectOf, verdictOf } from '../recorded/streams.ts';

export type RecordedDialect = Exclude<DialectId, 'bedrock-converse'>;

/** What the provider has sent by then: the caller of the same dialect has `bytes` of it. */
export interface Came {
  readonly bytes: number;
  /** The provider has ended its answer, and the caller has the end. */
  readonly ended: boolean;
  /** The provider has said that the answer is whole; its usage may still be missing. */
  readonly whole: boolean;
  readonly said: Partial<Usage> | undefined;
  /** Our count of what was produced. */
  readonly seen: number;
}

/** After each frame, up to the first that says an error: from there on it is no answer. */
export function cameAfterEach(id: RecordedDialect, frames: readonly Buffer[]): readonly Came[] {
  const host = new CountingHost();
  const reader = new RelayStream(dialectOf(id), host, false);
  let whole = false;
  const came: Came[] = [];
  for (const frame of frames) {
    const verdict = verdictOf(id, frame);
    if (verdict === 'failed') break;
    reader.push(frame);
    if (host.failed) break;
    whole ||= verdict === 'whole';
    const { usage, outputTokensSeen: seen } = reader.tally;
    came.push({ bytes: host.bytes, ended: host.ended, whole, said: usage && { ...usage }, seen: Math.ceil(seen) });
    if (host.ended) break;
  }
  return came;
}

class CountingHost implements AnswerHost {
  readonly elapsedMs = 0;
  bytes = 0;
  ended = false;
  failed = false;

  show(piece: Buffer | string): void {
    this.bytes += Buffer.byteLength(piece);
  }
  showWhole(): void {}
  quotesCredential(): boolean {
    return false;
  }
  complete(): void {
    this.ended = true;
  }
  fail(): void {
    this.failed = true;
  }
}

interface Bill {
  readonly status: 'completed' | 'cancelled';
  readonly estimated: boolean;
  readonly usage: Usage;
  readonly chargeNanoUsd: bigint;
}

/** Tokens of `Hello`, and what a turn weighs, where the provider does not count the prompt. */
const countedInput = 5;

export function billFor({ ended, whole, said = {}, seen }: Came): Bill {
  const parts = { ...noUsage, ...said };
  const prompt = parts.input + parts.cacheRead + parts.cacheWrite5m + parts.cacheWrite1h;
  const toldInput = said.input !== undefined && prompt > 0;
  // The provider's own number where it came with the end; before that the larger, for its number may be an early one.
  const last = ended || whole;
  const toldOutput = last && said.output !== undefined && (said.output > 0 || seen === 0);
  const output = toldOutput ? parts.output : Math.max(last ? 0 : parts.output, seen);
  const usage = { ...parts, input: toldInput ? parts.input : countedInput, output };
  return {
    status: ended ? 'completed' : 'cancelled',
    estimated: !toldInput || !toldOutput,
    usage: { ...usage, thinking: Math.min(usage.thinking, output) },
    chargeNanoUsd: chargeOf(usage),
  };
}

/** $1, $10, $0.10, $1.25 and $2 for a million tokens. */
const prices = '{ input: 1, output: 10, cacheRead: 0.1, cacheWrite: 1.25, cacheWrite1h: 2 }';

function chargeOf({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Usage): bigint {
  return BigInt(input * 1_000 + output * 10_000 + cacheRead * 100 + cacheWrite5m * 1_250 + cacheWrite1h * 2_000);
}

export const roads: Readonly<Record<RecordedDialect, { path: (stream: boolean) => string; body: object }>> = {
  'openai-chat': {
    path: () => '/v1/chat/completions',
    body: { model: 'oa/m', messages: [{ role: 'user', content: 'Hello' }], stream_options: { include_usage: true } },
  },
  anthropic: {
    path: () => '/v1/messages',
    body: { model: 'an/m', max_tokens: 1_000, messages: [{ role: 'user', content: 'Hello' }] },
  },
  'openai-responses': { path: () => '/v1/responses', body: { model: 're/m', input: 'Hello' } },
  gemini: {
    path: (stream) => `/v1beta/models/ge/m:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  },
};

/** One provider for each dialect, all at the fake one's address. */
export const fourProviders = `
  oa: { type: openai-compatible, baseUrl: "$URL/v1", models: [m] }
  an: { type: anthropic-compatible, baseUrl: "$URL", models: [m] }
  re: { type: responses-compatible, baseUrl: "$URL/v1", models: [m] }
  ge: { type: gemini-compatible, baseUrl: "$URL/v1beta", models: [m] }`;
export const fourModels = ['oa', 'an', 're', 'ge']
  .map((name) => `  ${name}/m: { price: ${prices}, contextTokens: 1000000 }`)
  .join('\n');

/** A caller that counts the bytes of the answer, and can hang up. */
export class Caller {
  readonly #request: ClientRequest;
  #bytes = 0;
  #wake: () => void = () => {};

  constructor(address: { host: string; port: number }, path: string, key: string, body: object, id: string) {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-request-id': id };
    this.#request = request({ ...address, path, method: 'POST', headers, agent: false }, (answer) =>
      this.#read(answer),
    );
    this.#request.on('error', () => {});
    this.#request.end(JSON.stringify(body));
  }

  #read(answer: IncomingMessage): void {
    answer.on('error', () => {});
    answer.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      this.#wake();
    });
  }

  async untilBytes(count: number): Promise<void> {
    while (this.#bytes < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  hangUp(): void {
    this.#request.destroy();
  }
}
