/** Everything that a provider can do instead of answering, as one table. */

import { answerOf, framesOf } from '../../cases/pairs/road.ts';
import type { Script } from '../../fakes/upstream.ts';
import type { Fixtures, WireAnswer } from '../../golden/features.ts';

export interface Fault {
  readonly name: string;
  /** How the attempt is called in the usage row. `*`: as the provider words it. */
  readonly kind: string;
  /** The provider's status in the usage row; absent: 200, as it began well. `*`: the gateway may not have seen it yet. */
  readonly status?: number | '*';
  /** It cannot be reached: an address of the rig in place of a script. */
  readonly at?: 'nobody' | 'no-name' | 'no-tls' | 'self-signed';
  readonly on?: 'stream' | 'whole';
  /** `late` lets the time pass that the gateway is ready to wait. */
  script?(provider: Fixtures, stream: boolean, late: () => void): Script;
}

const sending =
  ({ status, headers, body }: WireAnswer): Script =>
  (_call, reply) =>
    reply.send(status, headers, body);

/** An answer's head and this much of its body; the script goes on from there. */
const begins = (answer: WireAnswer, body: Buffer, then: Script): Script => {
  return async (call, reply, upstream) => {
    reply.head(answer.status, answer.headers);
    if (body.length > 0) await reply.write(body);
    await reply.flushed();
    await then(call, reply, upstream);
  };
};

const text = (provider: Fixtures, stream: boolean) => answerOf(provider, 'text', stream);
const mime = (provider: Fixtures) => text(provider, true).headers;

/** Everything before the first frame that a caller could be shown. */
export function preludeOf(provider: Fixtures): Buffer {
  const frames = framesOf(provider, text(provider, true));
  return Buffer.concat(frames.slice(0, firstContentAt(frames)));
}

export function firstContentAt(frames: readonly Buffer[]): number {
  return frames.findIndex((frame) => frame.includes('Hi'));
}

/** What broke while the stream ran, as this provider says it. */
export function errorFrameOf(provider: Fixtures): Buffer {
  const frames = framesOf(provider, answerOf(provider, 'error during the stream', true));
  return frames.findLast((frame) => frame.toString().trim() !== '' && !frame.includes('[DONE]')) ?? Buffer.alloc(0);
}

function half({ body }: WireAnswer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2));
}

const begun = (provider: Fixtures, stream: boolean) => (stream ? preludeOf(provider) : half(text(provider, false)));

/** Bytes of an event that is none. Bedrock's frames have sums, which are wrong here. */
function malformedOf(provider: Fixtures): Buffer {
  if (provider.id !== 'bedrock-converse') return Buffer.from('data: {"id":"x","choices":[{"del\n\n');
  const frame = Buffer.from(framesOf(provider, text(provider, true))[0] ?? Buffer.alloc(0));
  frame.writeUInt8((frame.at(-1) ?? 0) ^ 0xff, frame.length - 1);
  return frame;
}

const page = '<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>';

const refusing = (status: number, headers: Record<string, string> = {}, body?: object) => ({
  status,
  script: (provider: Fixtures): Script => {
    const error = provider.answer('error before the stream', false);
    const bytes = status === 429 && error !== undefined ? error.body : JSON.stringify({ error: { message: 'no' } });
    return (_call, reply) =>
      reply.send(status, { 'content-type': 'application/json', ...headers }, body ? JSON.stringify(body) : bytes);
  },
});

const limited = (name: string, headers: Record<string, string>, body?: object): Fault => ({
  name: `429 with ${name}`,
  kind: 'rate-limited',
  ...refusing(429, headers, body),
});

const retryInfo = {
  error: {
    code: 429,
    message: 'Quota exceeded',
    status: 'RESOURCE_EXHAUSTED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }],
  },
};

const unreachable: readonly Fault[] = [
  { name: 'a refused connection', kind: 'upstream', status: 0, at: 'nobody' },
  { name: 'a name without an address', kind: 'upstream', status: 0, at: 'no-name' },
  { name: 'a server that speaks no TLS', kind: 'upstream', status: 0, at: 'no-tls' },
  { name: 'a certificate that nobody vouches for', kind: 'upstream', status: 0, at: 'self-signed' },
];

const broken: readonly Fault[] = [
  { name: 'a reset before the headers', kind: 'upstream', status: 0, script: () => (_call, reply) => reply.reset() },
  { name: 'a close before the headers', kind: 'upstream', status: 0, script: () => (_call, reply) => reply.fin() },
  {
    name: '200 then an error event',
    kind: '*',
    on: 'stream',
    script: (provider) => sending({ status: 200, headers: mime(provider), body: errorFrameOf(provider) }),
  },
  {
    name: '200 then an error event behind the first words that say nothing',
    kind: '*',
    on: 'stream',
    script: (provider) =>
      sending({
        status: 200,
        headers: mime(provider),
        body: Buffer.concat([preludeOf(provider), errorFrameOf(provider)]),
      }),
  },
  {
    name: '200 with an error in it',
    kind: '*',
    on: 'whole',
    script: (provider) => {
      const { headers, body } = answerOf(provider, 'error before the stream', false);
      return sending({ status: 200, headers, body });
    },
  },
  {
    name: '200 then cut by a reset',
    kind: 'upstream',
    script: (provider, stream) =>
      begins(text(provider, stream), begun(provider, stream), (_call, reply) => reply.reset()),
  },
  {
    name: '200 then cut by a close',
    kind: 'upstream',
    script: (provider, stream) =>
      begins(text(provider, stream), begun(provider, stream), (_call, reply) => reply.fin()),
  },
  {
    name: '200 that ends before anything is said',
    kind: 'upstream',
    script: (provider, stream) =>
      begins(text(provider, stream), begun(provider, stream), (_call, reply) => reply.end()),
  },
  {
    name: '200 and a body of nothing',
    kind: 'upstream',
    script: (provider, stream) => sending({ ...text(provider, stream), body: Buffer.alloc(0) }),
  },
  {
    name: 'HTML with 200',
    kind: 'upstream',
    script: () => (_call, reply) => reply.send(200, { 'content-type': 'text/html' }, page),
  },
  {
    name: 'a malformed first event',
    kind: 'upstream',
    on: 'stream',
    script: (provider) => sending({ status: 200, headers: mime(provider), body: malformedOf(provider) }),
  },
  {
    name: 'a body that is not compressed as it says',
    kind: 'upstream',
    script: (provider, stream) => {
      const answer = text(provider, stream);
      return sending({ ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' } });
    },
  },
  { name: 'a redirect', kind: 'upstream', ...refusing(302, { location: 'http://127.0.0.1:9/' }) },
];

const silent: readonly Fault[] = [
  {
    name: 'silence before the headers',
    kind: 'timeout',
    status: 0,
    script: (_provider, _stream, late) => (_call, reply) => {
      late();
      return reply.hang();
    },
  },
  {
    name: 'silence behind the headers',
    kind: 'timeout',
    status: '*',
    script: (provider, stream, late) =>
      begins(text(provider, stream), Buffer.alloc(0), (_call, reply) => {
        late();
        return reply.hang();
      }),
  },
  {
    name: 'silence behind the first words that say nothing',
    kind: 'timeout',
    status: '*',
    script: (provider, stream, late) =>
      begins(text(provider, stream), begun(provider, stream), (_call, reply) => {
        late();
        return reply.hang();
      }),
  },
];

const refused: readonly Fault[] = [
  limited('seconds', { 'retry-after': '7' }),
  limited('a date', { 'retry-after': 'Wed, 01 Jan 2025 00:00:07 GMT', date: 'Wed, 01 Jan 2025 00:00:00 GMT' }),
  limited('milliseconds', { 'retry-after-ms': '6500' }),
  limited('a RetryInfo', {}, retryInfo),
  limited('a reset of requests', { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6.5s' }),
  limited('a reset of tokens', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '120ms' }),
  limited('no word of when', {}),
  { name: '500', kind: 'upstream', ...refusing(500) },
  { name: '502', kind: 'upstream', ...refusing(502) },
  { name: '503', kind: 'overloaded', ...refusing(503) },
  { name: '504', kind: 'timeout', ...refusing(504) },
  { name: '529', kind: 'overloaded', ...refusing(529) },
  { name: '401 of our own key', kind: 'upstream-credential', ...refusing(401) },
  { name: '402 of our own account', kind: 'upstream-credential', ...refusing(402) },
  { name: '403 of our own key', kind: 'upstream-credential', ...refusing(403) },
];

export const faults: readonly Fault[] = [...unreachable, ...broken, ...silent, ...refused];
