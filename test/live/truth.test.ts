/** What the live view says of a running stream, beside what its caller has by then, and beside what is charged. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/src/index.ts';
import type { LiveFrame, LiveRequest } from '../../src/control/live/frame.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { until } from '../until.ts';

const boss = 'tgm-of-the-live-view-0123456789abcdef';
/** Dollars for a million tokens. */
const price = { input: 2, output: 8 };
const behindMsMax = 1_000;
/** Until the provider names its count, at the end, tokens are counted by the length of the text. */
const estimateError = 0.15;
/** What may be on its way to the caller. */
const fewTokens = 8;

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ config: { keys: { boss: { key: boss } }, models: { 'mock/lorem': { price } } } });
});

afterAll(async () => {
  await gateway.stop();
});

interface Seen {
  readonly at: number;
  readonly row: LiveRequest;
}

/** Everything that a viewer is told of each request, in order. */
function watch() {
  const stop = new AbortController();
  const seen: Seen[] = [];
  const rows = new Map<string, LiveRequest>();
  let ended: string | undefined;
  let open = false;
  const client = createClient({ baseUrl: gateway.url, key: boss });
  const note = (row: LiveRequest) => {
    rows.set(row.id, row);
    seen.push({ at: performance.now(), row });
  };
  const done = (async () => {
    for await (const { event, data } of client.events('GET /live', { signal: stop.signal })) {
      if (event === 'end') ended = JSON.parse(data).reason;
      if (event === 'end') continue;
      open = true;
      const frame: LiveFrame = JSON.parse(data);
      for (const row of frame.requests) note(row);
      for (const [id, counts] of frame.counts) note({ ...(rows.get(id) as LiveRequest), ...counts });
    }
  })();
  return {
    seen,
    opened: () => until('the stream to be open', () => open),
    ended: () => ended,
    async close() {
      stop.abort();
      await done;
    },
  };
}

/** When each token came to the caller. The mock sends one word in a frame. */
async function stream(tokens: number, everyMs: number) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: gateway.headers,
    body: JSON.stringify({
      model: 'mock/lorem',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: `${tokens} tokens, ${everyMs} ms` }],
    }),
  });
  const cameAt: number[] = [];
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const words = decoder.decode(chunk, { stream: true }).match(/"content":"[^"]/g) ?? [];
    for (const _ of words) cameAt.push(performance.now());
  }
  return { cameAt, requestId: response.headers.get('x-request-id') ?? '' };
}

describe('a stream on screen', () => {
  it('is never more than a second behind what its caller has, and ends at what is charged', async () => {
    const viewer = watch();
    await viewer.opened();
    const { cameAt, requestId } = await stream(300, 15);
    const of = () => viewer.seen.filter(({ row }) => row.id === requestId);
    await until('its end', () => of().at(-1)?.row.state === 'completed');
    await viewer.close();
    const running = of().filter(({ row }) => row.state === 'streaming');
    // Some four seconds, and at least two updates in each.
    expect(running.length).toBeGreaterThanOrEqual(8);
    for (const { at, row } of running) {
      const by = (moment: number) => cameAt.filter((time) => time < moment).length;
      expect(row.outputTokens).toBeGreaterThanOrEqual(by(at - behindMsMax) * (1 - estimateError));
      expect(row.outputTokens).toBeLessThanOrEqual(by(at) * (1 + estimateError) + fewTokens);
      // Cost and count are of the same moment: a price of 2 and 8 dollars for a million.
      expect(Math.round(Number(row.chargeUsd) * 1e9)).toBe(row.inputTokens * 2_000 + row.outputTokens * 8_000);
    }
    const usage = await until('its record', async () =>
      (await gateway.usageRows()).find((each) => each.request_id === requestId),
    );
    const final = of().at(-1)?.row;
    expect(Math.round(Number(final?.chargeUsd) * 1e9)).toBe(Number(usage.charge_nano_usd));
    expect(final).toMatchObject({ outputTokens: 300, estimated: false, errorKind: null, httpStatus: 200 });
  });

  it('that began before anybody looked is there as soon as somebody looks', async () => {
    const asked = stream(200, 15);
    await until('it to run', async () => (await gateway.readiness()) === 200);
    const viewer = watch();
    const row = await until('it to be seen counting', () => viewer.seen.find(({ row }) => row.outputTokens > 0));
    expect(row.row).toMatchObject({ model: 'mock/lorem', target: 'mock/lorem', state: 'streaming' });
    await asked;
    await viewer.close();
  });
});

it('a request that is refused at the door is shown with its reason', async () => {
  const viewer = watch();
  await viewer.opened();
  const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: gateway.headers,
    body: JSON.stringify({ model: 'nobody/knows-it', messages: [{ role: 'user', content: 'x' }] }),
  });
  await answer.arrayBuffer();
  const { row } = await until('the refusal', () => viewer.seen.find(({ row }) => row.state === 'refused'));
  expect(row).toMatchObject({ model: 'nobody/knows-it', httpStatus: answer.status, totalMs: expect.any(Number) });
  await viewer.close();
});

it('an open view does not hold up the end of the process, and is told of it', async () => {
  const viewer = watch();
  await viewer.opened();
  const from = performance.now();
  await gateway.process.stop();
  expect(performance.now() - from).toBeLessThan(8_000);
  expect(viewer.ended()).toBe('stopping');
  await viewer.close();
});
