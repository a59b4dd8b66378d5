/** Files and batches: bound to their organization, relayed as they are, and each answer of a batch charged once. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Script } from '../fakes/upstream.ts';
import { type OperationsRig, ourKey, startOperationsRig, theirKey, vendorWith } from './operations-rig.ts';

let rig: OperationsRig;
let ours: OpenAI;
let theirs: OpenAI;
let claude: Anthropic;
beforeAll(async () => {
  const vendor = vendorWith({
    'openai-files': { path: '/files' },
    'openai-batches': { path: '/batches', percentOfPrice: 50 },
    'anthropic-batches': { path: '/messages/batches', percentOfPrice: 50 },
  });
  rig = await startOperationsRig({ vendor });
  const options = { baseURL: `${rig.url}/v1`, maxRetries: 0 };
  ours = new OpenAI({ ...options, apiKey: ourKey });
  theirs = new OpenAI({ ...options, apiKey: theirKey });
  claude = new Anthropic({ baseURL: rig.url, apiKey: ourKey, maxRetries: 0 });
});
beforeEach(() => rig.forget());
afterAll(() => rig.close());

const fileObject = (id: string, purpose = 'batch') => ({
  id,
  object: 'file',
  bytes: 10,
  created_at: 1,
  filename: 'in.jsonl',
  purpose,
  status: 'processed',
});

const lines = (...models: readonly string[]) =>
  models
    .map((model, i) =>
      JSON.stringify({
        custom_id: `r${i}`,
        method: 'POST',
        url: '/v1/chat/completions',
        body: { model, messages: [{ role: 'user', content: 'hi' }] },
      }),
    )
    .join('\n');

async function upload(id: string, text: string): Promise<void> {
  rig.upstream.once((_call, reply) => reply.json(200, fileObject(id)));
  await ours.files.create({ file: await toFile(Buffer.from(text), 'in.jsonl'), purpose: 'batch' });
}

const batchObject = (id: string, more: object = {}) => ({
  id,
  object: 'batch',
  endpoint: '/v1/chat/completions',
  input_file_id: 'file-in',
  completion_window: '24h',
  status: 'validating',
  created_at: 1,
  ...more,
});

describe('files', () => {
  it('are made, read and deleted by the SDK, each with one row that costs nothing', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, fileObject('file-a')));
    const made = await ours.files.create({
      file: await toFile(Buffer.from('x\n'.repeat(9)), 'a.txt'),
      purpose: 'user_data',
    });
    expect(made.id).toBe('file-a');
    const call = rig.upstream.calls[0];
    expect([call?.method, call?.path]).toEqual(['POST', '/v1/files']);
    expect(call?.body.toString()).toContain('name="purpose"\r\n\r\nuser_data');

    rig.upstream.once((_call, reply) => reply.json(200, fileObject('file-a')));
    expect((await ours.files.retrieve('file-a')).id).toBe('file-a');
    rig.upstream.once((_call, reply) =>
      reply.send(200, { 'content-type': 'application/octet-stream' }, 'x\n'.repeat(9)),
    );
    expect(await (await ours.files.content('file-a')).text()).toBe('x\n'.repeat(9));
    rig.upstream.once((_call, reply) => reply.json(200, { id: 'file-a', object: 'file', deleted: true }));
    expect((await ours.files.delete('file-a')).deleted).toBe(true);
    await expect(ours.files.retrieve('file-a')).rejects.toMatchObject({ status: 404 });

    const rows = await rig.rows(4);
    expect(rows).toHaveLength(4);
    expect(rows.every((row) => row.operation === 'files' && row.costNanoUsd === '0')).toBe(true);
    expect(rows.flatMap((row) => row.resources ?? []).map(({ id, deleted }) => [id, deleted])).toEqual([
      ['file-a', undefined],
      ['file-a', true],
    ]);
  });

  it("another organization's are not there, and its provider is not asked", async () => {
    await upload('file-b', lines('gpt'));
    const asked = rig.upstream.calls.length;
    await expect(theirs.files.retrieve('file-b')).rejects.toMatchObject({ status: 404 });
    await expect(theirs.files.content('file-b')).rejects.toMatchObject({ status: 404 });
    await expect(theirs.files.delete('file-b')).rejects.toMatchObject({ status: 404 });
    await expect(
      theirs.batches.create({ input_file_id: 'file-b', endpoint: '/v1/chat/completions', completion_window: '24h' }),
    ).rejects.toMatchObject({ status: 404 });
    expect((await theirs.files.list()).data).toEqual([]);
    expect(rig.upstream.calls).toHaveLength(asked);
  });

  it('an id that is no id leads nowhere', async () => {
    for (const id of ['..%2fmodels', '.', 'a%20b', 'x'.repeat(200)]) {
      const got = await rig.send('GET', `/v1/files/${id}`);
      expect(got.status).toBe(404);
    }
    expect(rig.upstream.calls).toEqual([]);
  });

  it('are listed newest first, page by page, only our own', async () => {
    for (const id of ['file-l1', 'file-l2', 'file-l3']) await upload(id, lines('gpt'));
    const answer: Script = (call, reply) => reply.json(200, fileObject(call.path.split('/').at(-1) ?? ''));
    for (let i = 0; i < 8; i++) rig.upstream.once(answer);
    const page = await ours.files.list({ limit: 2 });
    expect(page.data.map(({ id }) => id)).toEqual(['file-l3', 'file-l2']);
    expect(page.has_more).toBe(true);
    const next = await page.getNextPage();
    expect(next.data[0]?.id).toBe('file-l1');
  });
});

describe("OpenAI's batches", () => {
  it('are made, watched, cancelled; results are charged once, at half the price, whoever reads how often', async () => {
    await upload('file-in', lines('gpt', 'gpt', 'gpt'));
    rig.upstream.once((_call, reply) => reply.json(200, batchObject('batch_1')));
    const made = await ours.batches.create({
      input_file_id: 'file-in',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    expect(made.id).toBe('batch_1');
    rig.upstream.once((_call, reply) => reply.json(200, batchObject('batch_1', { status: 'cancelling' })));
    await ours.batches.cancel('batch_1');
    expect(rig.upstream.calls.at(-1)?.path).toBe('/v1/batches/batch_1/cancel');

    await expect(ours.files.content('file-out')).rejects.toMatchObject({ status: 404 });
    const done = batchObject('batch_1', { status: 'completed', output_file_id: 'file-out' });
    rig.upstream.once((_call, reply) => reply.json(200, done));
    expect((await ours.batches.retrieve('batch_1')).output_file_id).toBe('file-out');
    await expect(theirs.files.content('file-out')).rejects.toMatchObject({ status: 404 });

    const answer = (i: number, prompt: number) => ({
      id: `batch_req_${i}`,
      custom_id: `r${i}`,
      response: {
        status_code: 200,
        body: {
          model: 'gpt',
          choices: [],
          usage: { prompt_tokens: prompt, completion_tokens: 10, total_tokens: prompt + 10 },
        },
      },
      error: null,
    });
    const failed = { id: 'batch_req_2', custom_id: 'r2', response: { status_code: 500, body: {} }, error: {} };
    const results = `${[answer(0, 100), answer(1, 33), failed].map((line) => JSON.stringify(line)).join('\n')}\n`;
    rig.records.length = 0;
    for (let i = 0; i < 2; i++) {
      rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/octet-stream' }, results));
      expect(await (await ours.files.content('file-out')).text()).toBe(results);
    }
    const rows = await rig.rows(6);
    const items = rows.filter(({ operation }) => operation === 'batch-item');
    expect(items).toHaveLength(4);
    expect(new Set(items.map(({ requestId }) => requestId)).size).toBe(2);
    // (100 x $1 + 10 x $2) and (33 x $1 + 10 x $2) a million, halved.
    expect(items.slice(0, 2).map(({ costNanoUsd }) => costNanoUsd)).toEqual(['60000', '26500']);
    expect(items[0]).toMatchObject({ organizationId: 'org_ours', priceVersion: 'rig:1@50%', servedModel: 'up/gpt' });
  });

  it.each([
    ['a model that the key may not call', lines('cheap', 'dear'), 403],
    ['a name of another provider that the key may call', lines('up/cheap'), 403],
    ['no model at all', 'no json', 400],
    ['more models than are looked at', lines(...Array.from({ length: 66 }, (_, i) => `m${i}`)), 400],
  ])('whose file names %s are refused', async (_, text, status) => {
    const bound = await startOperationsRig({ key: { models: ['up/cheap'] } });
    const openai = new OpenAI({ baseURL: `${bound.url}/v1`, apiKey: ourKey, maxRetries: 0 });
    bound.upstream.once((_call, reply) => reply.json(200, fileObject('file-x')));
    await openai.files.create({ file: await toFile(Buffer.from(text), 'in.jsonl'), purpose: 'batch' });
    const asked = openai.batches.create({
      input_file_id: 'file-x',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    await expect(asked).rejects.toMatchObject({ status });
    expect(bound.upstream.calls).toHaveLength(1);
    await bound.close();
  });
});

describe("Anthropic's batches", () => {
  const message = (id: string, more: object = {}) => ({
    id,
    type: 'message_batch',
    processing_status: 'in_progress',
    request_counts: { processing: 1, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
    ended_at: null,
    created_at: '2026-08-19T14:49:30.044811+00:00',
    expires_at: '2026-08-20T14:49:30.044811+00:00',
    archived_at: null,
    cancel_initiated_at: null,
    results_url: null,
    ...more,
  });

  it('are made in our names, and their results are read through the gateway, charged at half the price', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, message('msgbatch_1')));
    const params = { max_tokens: 10, messages: [{ role: 'user' as const, content: 'hi' }] };
    await claude.messages.batches.create({
      requests: [
        { custom_id: 'a', params: { model: 'up/claude', ...params } },
        { custom_id: 'b', params: { model: 'claude', ...params } },
      ],
    });
    const sent = rig.upstream.calls[0]?.json as { requests: { params: { model: string } }[] };
    expect(sent.requests.map((each) => each.params.model)).toEqual(['claude', 'claude']);
    expect(rig.upstream.calls[0]?.headers['anthropic-version']).toMatch(/^\d{4}-\d\d-\d\d$/);

    const ended = message('msgbatch_1', {
      processing_status: 'ended',
      results_url: 'https://api.anthropic.com/v1/messages/batches/msgbatch_1/results',
    });
    rig.upstream.once((_call, reply) => reply.json(200, ended));
    const usage = { input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
    const succeeded = {
      type: 'succeeded',
      message: { type: 'message', role: 'assistant', model: 'claude', content: [], usage },
    };
    const text = [
      { custom_id: 'a', result: succeeded },
      { custom_id: 'b', result: { type: 'errored', error: { type: 'error' } } },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n');
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/x-jsonl' }, text));
    const seen: string[] = [];
    for await (const line of await claude.messages.batches.results('msgbatch_1')) seen.push(line.custom_id);
    expect(seen).toEqual(['a', 'b']);
    expect(rig.upstream.calls.at(-1)?.path).toBe('/v1/messages/batches/msgbatch_1/results');
    const rows = await rig.rows(4);
    const items = rows.filter(({ operation }) => operation === 'batch-item');
    expect(items.map(({ costNanoUsd, usage: { input, output } }) => [costNanoUsd, input, output])).toEqual([
      ['60000', 100, 10],
    ]);
  });

  it('are listed, cancelled and deleted; for another organization they are not there', async () => {
    const other = new Anthropic({ baseURL: rig.url, apiKey: theirKey, maxRetries: 0 });
    await expect(other.messages.batches.retrieve('msgbatch_1')).rejects.toMatchObject({ status: 404 });
    rig.upstream.once((_call, reply) => reply.json(200, message('msgbatch_1')));
    expect((await claude.messages.batches.list()).data.map(({ id }) => id)).toEqual(['msgbatch_1']);
    rig.upstream.once((_call, reply) => reply.json(200, message('msgbatch_1', { processing_status: 'canceling' })));
    expect((await claude.messages.batches.cancel('msgbatch_1')).processing_status).toBe('canceling');
    rig.upstream.once((_call, reply) => reply.json(200, { id: 'msgbatch_1', type: 'message_batch_deleted' }));
    await claude.messages.batches.delete('msgbatch_1');
    await expect(claude.messages.batches.retrieve('msgbatch_1')).rejects.toMatchObject({ status: 404 });
  });

  it('errors come in their words', async () => {
    const got = await rig.send('GET', '/v1/messages/batches/msgbatch_none', undefined, { 'x-api-key': ourKey });
    expect([got.status, got.json().type]).toEqual([404, 'error']);
  });
});
