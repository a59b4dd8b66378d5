/**
 * Cases 108 and 121, fault F1: kill -9 of the gateway at random points under 50 streams. The provider's own log is the
 * truth: every request it accepted has exactly one usage row, and no row was charged that it never saw.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway, type UsageRow } from '../harness/gateway.ts';
import { startUpstreamProcess, type UpstreamProcess } from '../harness/upstream-process.ts';
import { until } from '../until.ts';

const rounds = 20;
const streams = 50;
const models = ['lorem-20', 'lorem-40-5ms', 'lorem-60-20ms', 'lorem-100-20ms'];

let upstream: UpstreamProcess;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstreamProcess();
  gateway = await startGateway({ config: fakeProviders(upstream, models) });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

it(`${rounds} kills under ${streams} streams lose nothing and double nothing`, async () => {
  for (let round = 0; round < rounds; round++) {
    const running = Array.from({ length: streams }, (_, i) => stream(i));
    await pause(Math.random() * 1500);
    await gateway.kill9();
    await Promise.all(running);
    await gateway.restart();
  }
  const accepted = await acceptedRequests();
  const rows = await rowsOf(accepted);
  expect(rows.map((row) => row.request_id).filter((id) => !accepted.has(String(id)))).toEqual([]);
  for (const row of rows) checkRow(row, accepted.get(String(row.request_id)));
  // A "never" is worth something only if what it forbids was possible.
  expect(rows.filter((row) => row.recovered).length).toBeGreaterThan(streams);
  expect(rows.filter((row) => row.status === 'completed').length).toBeGreaterThan(streams);
}, 480_000);

/** One caller; the gateway may die at any moment of it. */
async function stream(i: number): Promise<void> {
  const model = `${i % 2 === 0 ? 'oa' : 'an'}/${models[i % models.length]}`;
  const chat = i % 4 < 2;
  const body = JSON.stringify({
    model,
    max_tokens: 500,
    stream: true,
    messages: [{ role: 'user', content: `hello ${i}` }],
  });
  try {
    const answer = await fetch(`${gateway.url}${chat ? '/v1/chat/completions' : '/v1/messages'}`, {
      method: 'POST',
      headers: gateway.headers,
      body,
    });
    await answer.text();
  } catch {
    // Killed.
  }
}

interface Seen {
  readonly outputTokens: number | undefined;
  readonly whole: boolean;
}

/** By request id: what the provider accepted and how it ended there. */
async function acceptedRequests(): Promise<Map<string, Seen>> {
  const open = () => {
    const lines = upstream.lines();
    const closed = new Set(lines.filter((line) => line.event === 'closed').map((line) => line.index));
    return lines.filter((line) => line.event === 'accepted' && !closed.has(line.index)).length;
  };
  await until('the provider to close what the killed gateways left', () => open() === 0);
  const seen = new Map<string, Seen>();
  for (const line of upstream.lines()) {
    const id = line.attemptId?.replace(/-\d+$/, '') ?? '';
    if (line.event === 'accepted') {
      expect(seen.has(id), `${id} was accepted twice`).toBe(false);
      seen.set(id, { outputTokens: undefined, whole: false });
    } else {
      seen.set(id, { outputTokens: line.tokensSent, whole: line.aborted === false });
    }
  }
  return seen;
}

/** The rows of requests that a provider was asked; those that never got so far cost nothing and say so. */
async function rowsOf(accepted: ReadonlyMap<string, Seen>): Promise<readonly UsageRow[]> {
  const all = await until(
    'a row for every accepted request',
    async () => {
      const rows = await gateway.usageRows();
      const ids = new Set(rows.map((row) => row.request_id));
      return [...accepted.keys()].every((id) => ids.has(id)) ? rows : undefined;
    },
    20_000,
  );
  const unasked = all.filter((row) => !accepted.has(String(row.request_id)));
  for (const row of unasked) expect(row).toMatchObject({ recovered: true, status: 'interrupted', output_tokens: '0' });
  // The journal is written right before the first byte: who dies between the two cannot say that nobody was asked.
  const begun = unasked.filter(({ attempts }) => (attempts as unknown[]).length > 0);
  expect(begun.length).toBeLessThanOrEqual(3);
  for (const row of begun) expect(row).toMatchObject({ estimated: true });
  for (const row of unasked.filter((each) => !begun.includes(each))) expect(row.cost_nano_usd).toBe('0');
  return all.filter((row) => accepted.has(String(row.request_id)));
}

function checkRow(row: UsageRow, seen: Seen | undefined): void {
  expect(Number(row.cost_nano_usd)).toBeGreaterThan(0);
  expect((row.attempts as unknown[]).length).toBe(1);
  if (row.status === 'completed') {
    expect(seen?.whole).toBe(true);
    expect(Number(row.output_tokens)).toBe(seen?.outputTokens);
  } else {
    expect(row).toMatchObject({ status: 'interrupted', recovered: true, estimated: true });
    // Counted output comes from a progress record, which knows its times too.
    if (Number(row.output_tokens) > 0) {
      expect(row.first_token_ms).not.toBeNull();
      expect(Number(row.total_ms)).toBeGreaterThanOrEqual(Number(row.first_token_ms));
    }
  }
}
