/** A batch that cannot be paid for is not begun; one that runs counts until its answers are charged. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/id.ts';
import { type Customer, type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
let batches = 0;
let files = 0;
/** By the file that has them. */
const results = new Map<string, string>();

beforeEach(async () => {
  fleet = await startFleet({
    instances: 2,
    // By the price below, halved: $0.50 for a million input tokens and $5 for a million output tokens.
    providers: `
  oa: { type: openai, apiKey: sk-test-openai, baseUrl: "$URL/v1", models: [gpt] }
  an: { type: anthropic, apiKey: sk-test-anthropic, baseUrl: "$URL", models: [claude] }`,
    models: `
  oa/gpt: { price: { input: 1, output: 10 }, contextTokens: 1000000 }
  an/claude: { price: { input: 1, output: 10 }, contextTokens: 1000000 }`,
    script: (call, reply) => {
      const [path = ''] = call.path.split('?');
      const content = /^\/v1\/files\/([^/]+)\/content$/.exec(path);
      if (content !== null) return reply.send(200, {}, results.get(content[1] ?? '') ?? '');
      if (path === '/v1/files') return reply.json(200, { id: `file-${++files}`, object: 'file' });
      if (path === '/v1/batches') return reply.json(200, { id: `batch_${++batches}`, object: 'batch' });
      if (path === '/v1/messages/batches')
        return reply.json(200, { id: `msgbatch_${++batches}`, type: 'message_batch' });
      const id = path.split('/')[3] ?? '';
      const done = { id, object: 'batch', status: 'completed', output_file_id: `file-of-${id}` };
      reply.json(200, call.method === 'POST' ? { ...done, status: 'cancelled', output_file_id: null } : done);
    },
  });
});
afterEach(() => fleet.close());

const address = (instance: number) => {
  const { host, port } = fleet.instances[instance]?.address ?? { host: '', port: 0 };
  return `http://${host}:${port}`;
};
const made = (path: RegExp) => fleet.upstream.calls.filter((call) => call.method === 'POST' && path.test(call.path));

async function ask(customer: Customer, method: 'GET' | 'POST', path: string, body?: object, instance = 0) {
  const answer = await fetch(address(instance) + path, {
    method,
    headers: { authorization: `Bearer ${customer.key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: () => JSON.parse(text) };
}

/** Requests of some tokens of input each, which limit their output to 200: a little more than $0.001 each. */
function lines(count: number): string {
  const body = { model: 'gpt', max_tokens: 200, messages: [{ role: 'user', content: 'hi' }] };
  return Array.from({ length: count }, (_, i) => JSON.stringify({ custom_id: `r${i}`, method: 'POST', body })).join(
    '\n',
  );
}

async function upload({ key }: Customer, count: number, instance = 0): Promise<string> {
  const form = new FormData();
  form.append('purpose', 'batch');
  form.append('file', new Blob([lines(count)]), 'in.jsonl');
  const headers = { authorization: `Bearer ${key}`, 'x-tollgate-provider': 'oa' };
  const answer = await fetch(`${address(instance)}/v1/files`, { method: 'POST', headers, body: form });
  const text = await answer.text();
  expect([answer.status, text]).toEqual([200, expect.stringContaining('"file-')]);
  return JSON.parse(text).id;
}

async function batch(customer: Customer, count: number, instance = 0) {
  const input_file_id = await upload(customer, count, instance);
  const body = { input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h' };
  return ask(customer, 'POST', '/v1/batches', body, instance);
}

const cents = (count: number): bigint => BigInt(count) * 10_000_000n;

describe("a prepaid organization's batch of a file", () => {
  it('that its wallet cannot pay is refused before its provider is asked, and begun when it can', async () => {
    const customer = await fleet.customer('acme', cents(1));
    const refused = await batch(customer, 1_000);
    expect(refused.status).toBe(402);
    const { error } = refused.json();
    expect(error.code).toBe('insufficient_balance');
    expect(error.message).toMatch(/acme is too low: \$0\.01 is left, .*This batch may cost \$1\.0\d+, by an estimate/);
    expect(made(/batches/)).toEqual([]);
    await customer.topUp(cents(200));
    expect((await batch(customer, 1_000)).status).toBe(200);
    expect(made(/batches/)).toHaveLength(1);
    // Nothing is held while it runs: the money may be spent otherwise.
    await fleet.settle();
    expect(await customer.wallet()).toMatchObject({ paidNanoUsd: cents(201) });
  });

  it('counts while it runs, at every instance, until its results are charged or it ends without any', async () => {
    const customer = await fleet.customer('acme', cents(250));
    const first = (await batch(customer, 1_000)).json().id;
    expect((await batch(customer, 1_000)).status).toBe(200);
    const third = await batch(customer, 1_000);
    expect([third.status, third.json().error.message]).toEqual([402, expect.stringMatching(/and 2 that run may cost/)]);
    await fleet.settle();
    expect((await batch(customer, 1_000, 1)).status).toBe(402);
    expect((await ask(customer, 'POST', `/v1/batches/${first}/cancel`, {}, 1)).status).toBe(200);
    expect((await batch(customer, 1_000, 1)).status).toBe(200);
    await fleet.settle();
    const second = `batch_${Number(first.split('_')[1]) + 1}`;
    expect((await batch(customer, 1_000)).status).toBe(402);
    const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
    const response = { status_code: 200, body: { model: 'gpt', choices: [], usage } };
    results.set(`file-of-${second}`, `${JSON.stringify({ custom_id: 'r0', response })}\n`);
    expect((await ask(customer, 'GET', `/v1/batches/${second}`)).status).toBe(200);
    expect((await ask(customer, 'GET', `/v1/files/file-of-${second}/content`)).status).toBe(200);
    expect((await batch(customer, 1_000)).status).toBe(200);
    await fleet.settle();
    // (10 x $1 + 10 x $10) a million, halved.
    expect(await customer.wallet()).toMatchObject({ paidNanoUsd: cents(250) - 55_000n });
  });

  it('is one of few that fit, also when twenty are begun at once', async () => {
    const customer = await fleet.customer('acme', cents(350));
    const ids = await Promise.all(Array.from({ length: 20 }, () => upload(customer, 1_000)));
    const body = { endpoint: '/v1/chat/completions', completion_window: '24h' };
    const answers = await Promise.all(
      ids.map((input_file_id) => ask(customer, 'POST', '/v1/batches', { ...body, input_file_id })),
    );
    const begun = answers.filter(({ status }) => status === 200).length;
    expect(answers.every(({ status }) => status === 200 || status === 402)).toBe(true);
    expect([begun, made(/batches/).length]).toEqual([3, 3]);
  });
});

it("a key's budgets of dollars and of tokens refuse a batch as well, and another key's does not", async () => {
  const customer = await fleet.customer('acme', cents(10_000));
  const limit = (unit: 'usd' | 'tokens', limit_units: number) =>
    fleet.store.db
      .insertInto('budgets')
      .values({
        id: newId('bud', Date.now()),
        organization_id: customer.organizationId,
        owner_kind: 'key',
        owner_id: customer.keyId,
        unit,
        time_window: 'day',
        limit_units,
        switch_to: null,
      })
      .execute();
  await limit('tokens', 300_000);
  await fleet.refresh();
  expect((await batch(customer, 1_000)).status).toBe(200);
  const refused = await batch(customer, 1_000);
  expect([refused.status, refused.json().error.code]).toEqual([402, 'budget_exceeded']);
  const other = await fleet.customer('other', cents(10_000));
  expect((await batch(other, 1_000)).status).toBe(200);
});

it('a batch of messages is looked at by the body that makes it, and refused in its own words', async () => {
  const customer = await fleet.customer('acme', cents(1));
  const params = { model: 'an/claude', max_tokens: 200, messages: [{ role: 'user', content: 'hi' }] };
  const requests = Array.from({ length: 1_000 }, (_, i) => ({ custom_id: `r${i}`, params }));
  const refused = await ask(customer, 'POST', '/v1/messages/batches', { requests });
  expect(refused.status).toBe(402);
  expect(refused.json()).toMatchObject({
    type: 'error',
    error: { message: expect.stringMatching(/may cost \$1\.0/) },
  });
  expect(made(/batches/)).toEqual([]);
  expect((await ask(customer, 'POST', '/v1/messages/batches', { requests: requests.slice(0, 9) })).status).toBe(200);
  await customer.topUp(cents(200));
  expect((await ask(customer, 'POST', '/v1/messages/batches', { requests })).status).toBe(200);
});
