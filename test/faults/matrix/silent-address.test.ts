/**
 * A server that takes the connection and never speaks TLS, and an answer whose bytes come one by one and say nothing: the
 * two silences of the matrix that only a clock of the machine ends. Case 116, faults F7 and F9.
 */

import { request as send } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf } from '../../cases/pairs/road.ts';
import { type Rig, rigKey, startRig } from '../../cases/rig.ts';
import { type RawUpstream, startRawUpstream } from '../../fakes/raw-upstream.ts';
import type { Script } from '../../fakes/upstream.ts';
import { corpus } from '../../golden/corpus.ts';
import type { Fixtures } from '../../golden/features.ts';
import { until } from '../../until.ts';

/** What a path is asked in. */
const paths: readonly (readonly [RegExp, string])[] = [
  [/\/chat\/completions$/, 'openai-chat'],
  [/\/responses$/, 'openai-responses'],
  [/\/messages$/, 'anthropic'],
  [/enerateContent$/, 'gemini'],
  [/\/converse(-stream)?$/, 'bedrock-converse'],
];

const answers: Script = async (call, reply) => {
  const id = paths.find(([path]) => path.test(decodeURIComponent(call.path)))?.[1];
  const provider = corpus.find((each) => each.id === id);
  if (provider === undefined) throw new Error(`nobody answers at ${call.path}`);
  const stream = call.stream || /stream/i.test(call.path);
  const { status, headers, body } = answerOf(provider, 'text', stream);
  // One byte of nothing after another.
  if (call.model === 'drips' || /drips/.test(call.path)) {
    reply.head(200, { 'content-type': 'text/event-stream' });
    while (await reply.write('\n')) await new Promise((resolve) => setTimeout(resolve, 20));
    return;
  }
  await reply.send(status, headers, body);
};

const cells = corpus.flatMap((caller, i) =>
  [false, true].map((stream) => ({ caller, stream, other: corpus[(i + 1) % corpus.length] as Fixtures })),
);

let rig: Rig;
let silent: RawUpstream;
beforeAll(async () => {
  silent = await startRawUpstream(() => {});
  const routes: Record<string, readonly string[]> = {};
  for (const { caller, stream, other } of cells) {
    const name = `${caller.prefix}-${stream}`;
    routes[`tls-${name}`] = [`${caller.prefix}/one@tls-${name}`, `${other.prefix}/two@well-${name}`];
    routes[`drip-${name}`] = [`${caller.prefix}/drips@drip-${name}`, `${other.prefix}/two@well-${name}`];
  }
  const address = silent.url.replace('http:', 'https:');
  const addresses = Object.fromEntries(cells.map(({ caller, stream }) => [`tls-${caller.prefix}-${stream}`, address]));
  rig = await startRig({
    routes,
    addresses,
    timeouts: { connectMs: 200, firstTokenMs: 1_500, wholeMs: 1_500 },
    tickMs: 10,
    upstream: { script: answers },
  });
});
afterAll(async () => {
  await rig.close();
  await silent.close();
});

describe.concurrent.each(['tls', 'drip'])('%s', (kind) => {
  it.each(cells)('$caller.id, stream: $stream', async ({ caller, stream, other }) => {
    const route = `${kind}-${caller.prefix}-${stream}`;
    const reply = await send(rig.url + caller.path(route, stream), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}`, ...caller.headers },
      body: JSON.stringify(caller.request('text', route, stream)),
    });
    const body = Buffer.from(await reply.body.arrayBuffer());
    const headers = reply.headers as Record<string, string>;
    expect(reply.statusCode, body.toString()).toBe(200);
    expect(caller.readAnswer({ status: 200, headers, body }, stream)).toContain('text Hi there.');
    expect(headers['x-tollgate-attempts']).toBe('2');
    const isIts = ({ requestId }: { readonly requestId: string }) => requestId === headers['x-request-id'];
    const row = await until('its row', async () => (await rig.rows()).find(isIts));
    expect(row).toMatchObject({ status: 'completed', servedModel: `${other.prefix}/two`, costNanoUsd: '22000' });
    expect(row?.attempts).toMatchObject([{ error: 'timeout' }, { status: 200 }]);
  });
});
