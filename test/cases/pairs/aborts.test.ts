/** Case 102 on all roads: every moment at which a caller may hang up. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SettlementRecord } from '../../../src/journal/record.ts';
import type { DialectId } from '../../../src/llm/chat.ts';
import { Gate } from '../../fakes/gate.ts';
import type { Script } from '../../fakes/upstream.ts';
import type { Fixtures } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { RawClient } from '../../harness/raw-client.ts';
import { until } from '../../until.ts';
import type { Rig } from '../rig.ts';
import { allRoads, answerOf, framesOf, open } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

/** What must be true after any hang-up: the provider is hung up on within a second, one row, one attempt, nothing open. */
async function hangUp(client: RawClient): Promise<SettlementRecord> {
  client.abort();
  await rig.upstream.waitForClosed(1000);
  const row = await rig.row();
  await until('nothing in flight', () => rig.gateway.inFlight === 0);
  // What was refused costs nothing, also where nobody waits to hear so.
  const refused = row.attempts.some(({ status }) => status >= 300);
  expect(row).toMatchObject({ status: 'cancelled', estimated: !refused });
  expect(rig.records.filter(({ type }) => type === 'settlement')).toHaveLength(1);
  expect(rig.upstream.calls).toHaveLength(1);
  const { input, output } = row.usage;
  expect(row.costNanoUsd).toBe(String(input * 1000 + output * 2000));
  return row;
}

/** Sends so much, then waits at the gate and for the end of the connection. */
function sendingUntil(gate: Gate, status: number, headers: Readonly<Record<string, string>>, bytes: Buffer): Script {
  return async (_call, reply) => {
    reply.head(status, headers);
    await reply.write(bytes);
    await gate.pass();
    await reply.hang();
  };
}

/** A stream of text and calls up to and with its first frame that says this. */
function upTo(provider: Fixtures, says: RegExp): Buffer {
  const frames = framesOf(provider, answerOf(provider, 'parallel tools', true));
  const last = frames.findIndex((frame) => says.test(frame.toString()));
  if (last === -1) throw new Error(`${provider.id} never says ${String(says)}`);
  return Buffer.concat(frames.slice(0, last + 1));
}

/** The last frame before those that end the stream. Gemini's last part comes with the end itself. */
const lastDeltas: Readonly<Partial<Record<DialectId, RegExp>>> = {
  'openai-chat': /Bern/,
  'openai-responses': /output_item\.done.*fc_b/s,
  anthropic: /content_block_stop","index":2/,
  'bedrock-converse': /contentBlockStop.*"contentBlockIndex":2/s,
};

describe('case 102: the caller hangs up', () => {
  it.each(allRoads)('(a) before the provider’s headers: %s over %s', async (_to, _from, road) => {
    rig.upstream.once((_call, reply) => reply.hang());
    const client = await open(rig, road, true);
    await rig.upstream.waitForCalls(1);
    const row = await hangUp(client);
    expect(row).toMatchObject({ usage: { output: 0 }, attempts: [{ status: 0 }] });
    expect(row.usage.input).toBeGreaterThan(0);
  });

  it.each(allRoads)('(b) after the first delta: %s over %s', async (_to, _from, road) => {
    await inStream(road, /"Let"/, 'Let');
  });

  // Gemini's calls are always whole: as a provider it is left after its first one, as a caller it has seen the text only.
  it.each(allRoads)('(c) in the middle of a tool call: %s over %s', async (to, from, road) => {
    if (from === 'gemini') await inStream(road, /Oslo/, 'weather');
    else await inStream(road, /\{\\"ci/, to === 'gemini' ? 'me see.' : 'weather');
  });

  // Calls whose end is not known yet are kept back for callers that want one call after the other.
  const ending = allRoads.filter(([, from]) => lastDeltas[from] !== undefined);
  it.each(ending)('(d) after the last delta, before the end: %s over %s', async (_to, from, road) => {
    await inStream(road, lastDeltas[from] ?? /never/, 'Oslo');
  });

  async function inStream(road: (typeof allRoads)[number][2], sent: RegExp, seen: string): Promise<void> {
    const gate = new Gate();
    const { headers } = answerOf(road.provider, 'parallel tools', true);
    rig.upstream.once(sendingUntil(gate, 200, headers, upTo(road.provider, sent)));
    const client = await open(rig, road, true);
    await gate.reached;
    await client.untilText(seen);
    expect(client.answer.body.toString('latin1')).toContain(seen);
    const row = await hangUp(client);
    expect(row.attempts).toMatchObject([{ status: 200 }]);
    expect(row.usage.input).toBeGreaterThan(0);
    expect(row.usage.output).toBeGreaterThan(0);
  }

  it.each(allRoads)('(e) not a stream, half of the body is here: %s over %s', async (_to, _from, road) => {
    const gate = new Gate();
    const { headers, body } = answerOf(road.provider, 'parallel tools', false);
    const half = body.subarray(0, body.length >> 1);
    rig.upstream.once(sendingUntil(gate, 200, { ...headers, 'content-length': String(body.length) }, half));
    const client = await open(rig, road, false);
    await gate.reached;
    const row = await hangUp(client);
    expect(row.usage.input).toBeGreaterThan(0);
  });

  it.each(allRoads)('(f) while the body of a 500 is read: %s over %s', async (_to, _from, road) => {
    const gate = new Gate();
    const half = Buffer.from('{"error":{"mess');
    rig.upstream.once(sendingUntil(gate, 500, { 'content-type': 'application/json' }, half));
    const client = await open(rig, road, true);
    await gate.reached;
    await hangUp(client);
  });
});
