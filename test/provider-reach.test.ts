/** How vendors are reached that need more than a key: settings in the path, deployments, static headers, a sign-in. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { providers } from '../src/providers/index.ts';
import { bearer, type Provider } from '../src/providers/provider.ts';
import type { Credential } from '../src/snapshot/snapshot.ts';
import { type Rig, type RigOptions, startRig } from './cases/rig.ts';

let rig: Rig;
let vertex: Provider;
let azure: Provider;
beforeAll(() => {
  vertex = providers.get('vertex') as Provider;
  azure = providers.get('azure') as Provider;
});
afterEach(() => rig.close());

const messages = [{ role: 'user', content: 'hi' }];
const start = async (
  kind: 'oa' | 'an' | 'ge',
  vendor: Provider,
  credential: Partial<Credential>,
  more: RigOptions = {},
) => {
  rig = await startRig({ providers: { [kind]: vendor }, credential, ...more });
  return rig;
};
const sent = () => {
  const { path, query, headers, body } = rig.upstream.calls[0] ?? { body: '{}' };
  return { path, query, headers, body: JSON.parse(body.toString()) as Record<string, unknown> };
};

describe('Claude on Vertex', () => {
  const settings = { project: 'p1', location: 'us-east5' };
  /** As with a token, which a test of its own fetches. */
  const signed = (): Provider => ({ ...vertex, auth: bearer });

  it('gets the model in the path and the version in the body, and the caller is told of no loss', async () => {
    await start('an', signed(), { settings });
    const answer = await rig.messages({ model: 'an/claude+x', max_tokens: 9, messages });
    expect(answer.headers['x-tollgate-dropped']).toBeUndefined();
    expect(sent().path).toBe('/v1/projects/p1/locations/us-east5/publishers/anthropic/models/claude%2Bx:rawPredict');
    expect(sent().body).toEqual({ max_tokens: 9, messages, anthropic_version: 'vertex-2023-10-16' });
  });

  it('is asked in its own dialect also by a caller of another', async () => {
    await start('an', signed(), { settings });
    const answer = await rig.chat({ model: 'an/claude-x', max_tokens: 9, messages, stream: true });
    expect(sent().path).toMatch(/claude-x:streamRawPredict$/);
    expect(sent().body.model).toBeUndefined();
    expect(sent().body.anthropic_version).toBe('vertex-2023-10-16');
    expect(String(answer.headers['x-tollgate-dropped'] ?? '')).not.toContain('model');
  });

  it('is not asked at all without a sign-in: the caller gets 502, and the log what to do', async () => {
    await start('an', vertex, { settings, secret: '/nowhere/account.json' });
    const answer = await rig.messages({ model: 'an/claude-x', max_tokens: 9, messages });
    expect(answer.status).toBe(502);
    expect(answer.body).toContain('could not sign in to Google Cloud');
    expect(rig.upstream.calls).toEqual([]);
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'upstream-credential' });
  });
});

describe('Gemini and open models on Vertex', () => {
  const settings = { project: 'p1', location: 'global' };
  const place = '/v1/projects/p1/locations/global';

  it.each([
    [false, `${place}/publishers/google/models/gemini-x:generateContent`, ''],
    [true, `${place}/publishers/google/models/gemini-x:streamGenerateContent`, 'alt=sse'],
  ])('Gemini is asked at its publisher (stream: %s)', async (stream, path, query) => {
    await start('ge', { ...vertex, auth: bearer }, { settings });
    await rig.chat({ model: 'ge/gemini-x', messages, stream });
    expect(sent()).toMatchObject({ path, query });
    expect(sent().body).toMatchObject({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] });
    expect(sent().body.model).toBeUndefined();
  });

  it('an open model is asked as OpenAI is, with its name in the body', async () => {
    await start('ge', { ...vertex, auth: bearer }, { settings });
    await rig.chat({ model: 'ge/meta/llama-x', messages });
    expect(sent().path).toBe(`${place}/endpoints/openapi/chat/completions`);
    expect(sent().body.model).toBe('meta/llama-x');
  });
});

describe('Azure', () => {
  it('gets the deployment in the body of the v1 API, or in the path of the classic one', async () => {
    for (const [settings, path, query] of [
      [{}, '/openai/v1/chat/completions', ''],
      [{ apiVersion: '2024-10-21' }, '/openai/deployments/prod/chat/completions', 'api-version=2024-10-21'],
    ] as const) {
      await start('oa', azure, { settings: { resource: 'acme', ...settings } }, { routes: { gpt: ['oa/prod'] } });
      const answer = await rig.chat({ model: 'gpt', messages });
      expect(answer.status).toBe(200);
      expect(sent()).toMatchObject({ path: `/v1${path}`, query });
      expect(sent().headers?.['api-key']).toBe('sk-upstream-secret-canary');
      expect(sent().headers?.authorization).toBeUndefined();
      expect(sent().body.model).toBe('prod');
      if (query !== '') continue;
      await rig.close();
    }
  });
});

describe('headers of the operator', () => {
  const headers = {
    'x-gate': 'gate-secret-canary',
    authorization: 'Basic b3BlcmF0b3I6Y2FuYXJ5',
    'openai-beta': 'mine',
  };

  it('go with every call and win over all others', async () => {
    await start('oa', providers.get('openai-compatible') as Provider, { headers });
    await rig.chat({ model: 'oa/x', messages }, { 'openai-beta': "the caller's" });
    expect(sent().headers).toMatchObject(headers);
  });

  it('are told to nobody, whatever a provider quotes', async () => {
    await start('oa', providers.get('openai-compatible') as Provider, { headers });
    const quoted = `bad ${headers['x-gate']} and ${headers.authorization}`;
    rig.upstream.once((_call, reply) =>
      reply.json(
        400,
        { error: { message: quoted, type: 'x', param: quoted, code: quoted } },
        { 'x-request-id': quoted },
      ),
    );
    const answer = await rig.chat({ model: 'oa/x', messages });
    const row = await rig.row();
    const told = [answer.body, JSON.stringify(answer.headers), JSON.stringify(row), ...rig.logged].join('\n');
    expect(answer.status).toBe(400);
    expect(told).not.toContain('gate-secret-canary');
    expect(told).not.toContain('b3BlcmF0b3I6Y2FuYXJ5');
  });
});
