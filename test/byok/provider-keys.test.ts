/**
 * An organization's own key for a provider, set through the management API: in force on every instance within a second,
 * sealed in the database, and never shown again.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders, upstreamKey } from '../harness/fake-providers.ts';
import { merge, type TestGateway } from '../harness/gateway.ts';
import { call, jsonOf } from '../harness/sse-client.ts';
import { runSql } from '../postgres.ts';
import { until } from '../until.ts';
import { startTwo, type TwoGateways } from './two-gateways.ts';

const secret = 'sk-own-key-of-acme-0123456789-canary';
const fileKey = 'sk-own-key-of-the-file-0123456789';
const withinMs = 1_000;

let upstream: Upstream;
let two: TwoGateways;
let acme: { id: string; manage: string; call: string };
let other: typeof acme;
let filed: typeof acme;

beforeAll(async () => {
  upstream = await startUpstream();
  const config = {
    secrets: { masterKey: 'Vq8-tJ3nX1wZ5rK7mB2cY6pL9sD4fG0h' },
    organizations: { filed: { providers: { oa: { apiKey: fileKey } } } },
    providers: { re: { type: 'responses-compatible', baseUrl: `${upstream.url}/v1`, apiKey: upstreamKey } },
    models: { 'groq/echo': { price: { input: 1, output: 2 } }, 're/m': { price: { input: 1, output: 2 } } },
  };
  two = await startTwo(merge(fakeProviders(upstream, ['echo']), config));
  acme = await two.tenant('acme');
  other = await two.tenant('other');
  filed = await two.tenant('filed');
  await until('both gateways to know the keys', async () => {
    const answers = await Promise.all([two.first, two.second].map((gateway) => chat(gateway, filed.call)));
    const known = await two.api('GET /routes');
    return answers.every(({ status }) => status === 200) && known.status === 200;
  });
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await two.stop();
  await upstream.close();
});

const chat = (gateway: TestGateway, key: string, model = 'oa/echo') =>
  call(
    `${gateway.url}/v1/chat/completions`,
    { model, max_tokens: 50, messages: [{ role: 'user', content: 'hello' }] },
    { key },
  );

/** Which of the provider's keys a call of this organization's uses now. */
async function keyUsed(gateway: TestGateway, key: string): Promise<string | undefined> {
  expect((await chat(gateway, key)).status).toBe(200);
  return upstream.calls.at(-1)?.headers.authorization?.slice(7);
}

const path = (organization: { id: string }, provider = 'oa') =>
  `/organizations/${organization.id}/provider-keys/${provider}`;

async function everywhere(what: string, isSo: (gateway: TestGateway) => Promise<boolean>): Promise<void> {
  for (const gateway of [two.first, two.second]) await until(what, () => isSo(gateway), withinMs);
}

describe('a key that an organization sets for itself', () => {
  it('is used by it alone, on every instance within a second; so is the next one, and so is its end', async () => {
    const set = await two.api(`PUT ${path(acme)}`, { apiKey: secret }, acme.manage);
    expect(set.status).toBe(200);
    expect(jsonOf(set)).toMatchObject({ provider: 'oa', hint: 'nary', fallback: false, organizationId: acme.id });
    await everywhere('the key to be used', async (gateway) => (await keyUsed(gateway, acme.call)) === secret);
    for (const gateway of [two.first, two.second]) expect(await keyUsed(gateway, other.call)).toBe(upstreamKey);

    const next = `${secret}-2`;
    expect((await two.api(`PUT ${path(acme)}`, { apiKey: next }, acme.manage)).status).toBe(200);
    await everywhere('the next key to be used', async (gateway) => (await keyUsed(gateway, acme.call)) === next);

    expect((await two.api(`DELETE ${path(acme)}`, undefined, acme.manage)).status).toBe(204);
    await everywhere(
      'the platform’s to be used',
      async (gateway) => (await keyUsed(gateway, acme.call)) === upstreamKey,
    );
    expect((await two.api(`DELETE ${path(acme)}`, undefined, acme.manage)).status).toBe(404);
  });

  it('opens a provider that the platform has not, for it alone', async () => {
    const body = { apiKey: secret, baseUrl: `${upstream.url}/v1` };
    expect((await two.api(`PUT ${path(acme, 'groq')}`, body)).status).toBe(200);
    await everywhere(
      'the model to be there',
      async (gateway) => (await chat(gateway, acme.call, 'groq/echo')).status === 200,
    );
    expect((await chat(two.second, other.call, 'groq/echo')).status).toBe(404);
    expect((await two.api(`DELETE ${path(acme, 'groq')}`)).status).toBe(204);
    await everywhere('it to be gone', async (gateway) => (await chat(gateway, acme.call, 'groq/echo')).status === 404);
  });

  it('that made an answer which its provider keeps reads it too: with its next text, and not after its end', async () => {
    const output = [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [] }];
    const usage = { input_tokens: 5, output_tokens: 2, total_tokens: 7 };
    const kept = { id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'm', output, usage };
    const keep = () => upstream.once((_call, reply) => reply.json(200, { ...kept, store: true }));
    const read = () => call(`${two.first.url}/v1/responses/resp_1`, undefined, { key: acme.call });
    const used = () => upstream.calls.at(-1)?.headers.authorization?.slice(7);
    await two.api(`PUT ${path(acme, 're')}`, { apiKey: secret }, acme.manage);
    keep();
    expect(
      (await call(`${two.first.url}/v1/responses`, { model: 're/m', input: 'hi' }, { key: acme.call })).status,
    ).toBe(200);
    expect(used()).toBe(secret);
    await two.api(`PUT ${path(acme, 're')}`, { apiKey: `${secret}-next` }, acme.manage);
    keep();
    expect([(await read()).status, used()]).toEqual([200, `${secret}-next`]);
    const asked = upstream.calls.length;
    await two.api(`DELETE ${path(acme, 're')}`, undefined, acme.manage);
    expect([(await read()).status, upstream.calls.length]).toEqual([404, asked]);
  });

  it('that was refused and ejected is asked again at once, when it is another one', async () => {
    const wrong = 'sk-wrong-key-of-acme-0123456789';
    upstream.on('echo', (request, reply) =>
      request.headers.authorization === `Bearer ${wrong}`
        ? reply.json(401, { error: { message: 'wrong key', type: 'invalid_request_error' } })
        : reply.json(200, {
            id: 'chatcmpl-1',
            object: 'chat.completion',
            created: 1,
            model: 'echo',
            choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
            usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
          }),
    );
    await two.api(`PUT ${path(acme)}`, { apiKey: wrong, fallback: true }, acme.manage);
    for (let i = 0; i < 3; i++) expect(await keyUsed(two.first, acme.call)).toBe(upstreamKey);
    const asked = upstream.calls.filter(({ headers }) => headers.authorization === `Bearer ${wrong}`).length;
    // After two refusals it is left out.
    expect(asked).toBe(2);
    await two.api(`PUT ${path(acme)}`, { apiKey: secret, fallback: true }, acme.manage);
    expect(await keyUsed(two.first, acme.call)).toBe(secret);
    expect(await keyUsed(two.first, other.call)).toBe(upstreamKey);
  });

  it('is nowhere to be read: not in an answer, not in a log, not in the database', async () => {
    await two.api(`PUT ${path(acme)}`, { apiKey: secret, fallback: true }, acme.manage);
    const listed = await two.api(`GET /organizations/${acme.id}/provider-keys`, undefined, acme.manage);
    expect(jsonOf(listed)).toMatchObject({ data: [{ provider: 'oa', fallback: true, hint: 'nary' }] });
    expect(listed.body).not.toContain(secret);
    const { url, schema } = two.first.database;
    const rows = await runSql(url, `SELECT t::text AS row FROM "${schema}".organization_credentials t`);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(rows.length).toBeGreaterThan(0);
    for (const { stderr } of [two.first, two.second]) expect(stderr).not.toContain(secret);
  });

  it('whose sealed text is moved to another organization, opens nothing', async () => {
    await two.api(`PUT ${path(acme)}`, { apiKey: secret }, acme.manage);
    await two.api(`PUT ${path(other)}`, { apiKey: 'sk-of-the-other-0123456789' }, other.manage);
    const { url, schema } = two.first.database;
    const table = `"${schema}".organization_credentials`;
    await runSql(
      url,
      `UPDATE ${table} SET sealed = (SELECT sealed FROM ${table} WHERE organization_id = '${acme.id}' AND ended_at IS NULL)
        WHERE organization_id = '${other.id}' AND ended_at IS NULL`,
    );
    await everywhere('it to be left out', async (gateway) => (await keyUsed(gateway, other.call)) === upstreamKey);
    expect(two.first.stderr).toContain('cannot be opened');
    await two.api(`DELETE ${path(other)}`, undefined, other.manage);
  });
});

describe('refused', () => {
  const body = { apiKey: secret };
  it('for another organization: it is not there', async () => {
    expect((await two.api(`PUT ${path(acme)}`, body, other.manage)).status).toBe(404);
    expect((await two.api(`GET /organizations/${acme.id}/provider-keys`, undefined, other.manage)).status).toBe(404);
    expect((await two.api(`DELETE ${path(acme)}`, undefined, other.manage)).status).toBe(404);
  });

  it('with an address, for whoever is no operator', async () => {
    const answer = await two.api(`PUT ${path(acme)}`, { ...body, baseUrl: 'http://169.254.169.254/v1' }, acme.manage);
    expect(answer.status).toBe(403);
    expect(jsonOf(answer)).toMatchObject({ error: { path: 'baseUrl' } });
  });

  it.each([
    ['a provider that nobody knows', 'openay', body, 'provider'],
    ['a setting that the vendor does not have', 'oa', { ...body, settings: { region: 'eu' } }, 'region'],
    ['a vendor without what it needs', 'azure', body, 'resource'],
    ['the built-in provider', 'mock', body, 'provider'],
  ])('%s, with the path', async (_, provider, wrong, at) => {
    const answer = await two.api(`PUT ${path(acme, provider)}`, wrong, acme.manage);
    expect(answer.status).toBe(400);
    expect(jsonOf(answer)).toMatchObject({ error: { code: 'invalid_request', path: at } });
    expect(answer.body).not.toContain(secret);
  });

  it('where the file has one: it wins', async () => {
    expect((await two.api(`PUT ${path(filed)}`, body, filed.manage)).status).toBe(409);
    expect(await keyUsed(two.first, filed.call)).toBe(fileKey);
  });
});
