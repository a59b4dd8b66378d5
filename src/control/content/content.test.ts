/** F28 of kept content: sealed for each organization, bound to its place, gone with its key. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { runSql } from '../../../test/postgres.ts';
import { conversationReader } from '../../content-conversation.ts';
import { newId } from '../../lib/id.ts';
import { silentLog } from '../../lib/log.ts';
import { SecretBox } from '../../lib/secret-box.ts';
import { contentRuleDefault } from '../../snapshot/snapshot.ts';
import { prepareJobs } from '../jobs/queue.ts';
import { makeUsage } from '../logs/usage.fixture.ts';
import { rotateSecrets } from '../secrets/rotation.ts';
import { readContent, removeUnreadable } from './content.ts';
import { ContentKeeper } from './keeper.ts';
import type { HandedExchange } from './kept-content.ts';

const secrets = new SecretBox(['first-master-key-of-the-test-4f1c9a7e']);
const nowMs = Date.UTC(2026, 10, 20, 12);
const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };
let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };
let keeper: ContentKeeper;

beforeAll(async () => {
  api = await testApi({ clock, secrets, conversation: conversationReader });
  await prepareJobs(api.store, silentLog);
  acme = await api.tenant('acme');
  other = await api.tenant('other');
  keeper = new ContentKeeper({ store: api.store, secrets, reader: conversationReader, clock, log: silentLog });
});
afterAll(() => api.close());

const request = JSON.stringify({
  model: 'm',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'My key is sk-proj-abcdefghijklmnop1234 and my card 4111 1111 1111 1111.' },
  ],
});
const whole = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
});
const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

function exchange(
  organizationId: string,
  requestId: string,
  more: Partial<HandedExchange['answer']> = {},
  rule = contentRuleDefault,
): HandedExchange {
  const side = (text: string) => ({ bytes: Buffer.from(text), length: Buffer.byteLength(text) });
  return {
    requestId,
    organizationId,
    startedAtMs: nowMs - 1_000,
    operation: 'chat',
    dialect: 'openai-chat',
    asked: 'POST /v1/chat/completions',
    model: 'm',
    rule,
    request: side(request),
    answer: { ...side(whole), status: 200, contentType: 'application/json', streamed: false, ...more },
  };
}

async function keep(
  organizationId: string,
  more: Partial<HandedExchange['answer']> = {},
  rule = contentRuleDefault,
): Promise<string> {
  const requestId = await makeUsage(api.store.db, { organization_id: organizationId, end_user: 'eve' }, nowMs - 1_000);
  const made = exchange(organizationId, requestId, more, rule);
  keeper.take(made.request.bytes.length + made.answer.bytes.length);
  keeper.offer(made);
  await keeper.flush();
  return requestId;
}

const read = (organizationId: string, requestId: string) =>
  readContent(api.store.db, { organizationId, requestId }, secrets, nowMs);

describe('kept content', () => {
  it('is given to its organization as a conversation, redacted, and to no other', async () => {
    const id = await keep(acme.id);
    const { status, body, text } = await api.ask(`GET /logs/${id}/content`, { key: acme.key });
    expect(status).toBe(200);
    expect(body.turns[0]).toMatchObject({ role: 'system', blocks: [{ type: 'text', text: 'Be brief.' }] });
    expect(body.turns[1].blocks[0].text).toBe('My key is [redacted] and my card 4111 1111 1111 1111.');
    expect(body.answerBlocks).toMatchObject([{ type: 'text', text: 'Hello.' }]);
    expect(text).not.toContain('sk-proj');
    expect((await api.ask(`GET /logs/${id}`, { key: acme.key })).body.content).toBe('kept');
    expect((await api.ask(`GET /logs/${id}/content`, { key: other.key })).status).toBe(404);
    const [told] = (await api.ask(`GET /audit?resourceId=${id}`, { key: acme.key })).body.data;
    expect(told).toMatchObject({ action: 'GET /logs/{requestId}/content', actorName: 'acme', organizationId: acme.id });
    expect(keeper.counts).toMatchObject({ dropped: 0, waitingBytes: 0 });
  });

  it('is for operators only where the organization says so, which operators cannot say for it', async () => {
    const id = await keep(acme.id);
    expect((await api.ask(`GET /logs/${id}/content`)).status).toBe(403);
    const path = `PATCH /organizations/${acme.id}/content-settings`;
    expect((await api.ask(path, { body: { operatorsMayRead: true } })).status).toBe(403);
    expect((await api.ask(path, { key: acme.key, body: { operatorsMayRead: true } })).status).toBe(200);
    expect((await api.ask(`GET /logs/${id}/content`)).status).toBe(200);
    await api.ask(path, { key: acme.key, body: { operatorsMayRead: false } });
    expect((await api.ask(`GET /logs/${id}/content`)).status).toBe(403);
  });

  it('puts a stream together, so that nothing slips through the redaction between its pieces', async () => {
    const stream = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Use sk-proj-abcd' }),
      chunk({ content: 'efghijklmnop1234 now' }),
      chunk({}, 'stop'),
      'data: [DONE]\n\n',
    ].join('');
    const id = await keep(acme.id, {
      bytes: Buffer.from(stream),
      length: stream.length,
      streamed: true,
      contentType: 'text/event-stream',
    });
    const { body } = await api.ask(`GET /logs/${id}/content`, { key: acme.key });
    expect(body.answerBlocks).toMatchObject([{ type: 'text', text: 'Use [redacted] now' }]);
    expect(body.answer.text).toBeNull();
  });

  it("takes out an organization's own patterns, and refuses such as would take out everything", async () => {
    const path = `PATCH /organizations/${acme.id}/content-settings`;
    const redact = { patterns: ['card', 'My key*'] };
    expect((await api.ask(path, { key: acme.key, body: { redact } })).body.redact).toEqual({
      secrets: true,
      ...redact,
    });
    for (const pattern of ['*', '#', '"', 'a**b', '@@@']) {
      expect((await api.ask(path, { key: acme.key, body: { redact: { patterns: [pattern] } } })).status).toBe(400);
    }
    const id = await keep(acme.id, {}, { ...contentRuleDefault, redact: { secrets: true, ...redact } });
    const { body } = await api.ask(`GET /logs/${id}/content`, { key: acme.key });
    expect(body.turns[1].blocks[0].text).toBe('[redacted] is [redacted] and my card [redacted].');
  });

  it('is refused where its row was changed, or stands in the place of another', async () => {
    const [mine, twin, theirs] = [await keep(acme.id), await keep(acme.id), await keep(other.id)];
    const sealedOf = async (id: string) =>
      (await api.store.db.selectFrom('contents').selectAll().where('request_id', '=', id).executeTakeFirstOrThrow())
        .sealed;
    const put = (id: string, sealed: Buffer) =>
      api.store.db.updateTable('contents').set({ sealed }).where('request_id', '=', id).execute();
    const own = await sealedOf(mine);
    for (const sealed of [
      await sealedOf(twin),
      await sealedOf(theirs),
      own.subarray(0, 20),
      Buffer.from(own).fill(0, 40, 41),
    ]) {
      await put(mine, sealed);
      await expect(read(acme.id, mine)).rejects.toThrow(/changed, or moved|cut short/);
      expect((await api.ask(`GET /logs/${mine}/content`, { key: acme.key })).status).toBe(409);
    }
    await put(mine, own);
    expect(await read(acme.id, mine)).toMatchObject({ dialect: 'openai-chat' });
  });

  it('stays readable under a new master key, of which only the wrapped keys of organizations know', async () => {
    const id = await keep(acme.id);
    const before = await api.store.db.selectFrom('contents').selectAll().execute();
    const both = new SecretBox(['second-master-key-of-the-test-77aa01bc', 'first-master-key-of-the-test-4f1c9a7e']);
    expect(await rotateSecrets(api.store.db, both)).toMatchObject({ isComplete: true, refused: { count: 0 } });
    expect(await api.store.db.selectFrom('contents').selectAll().execute()).toEqual(before);
    const place = { organizationId: acme.id, requestId: id };
    const alone = new SecretBox(['second-master-key-of-the-test-77aa01bc']);
    expect(await readContent(api.store.db, place, alone, nowMs)).toMatchObject({ model: 'm' });
    const back = new SecretBox(['first-master-key-of-the-test-4f1c9a7e', 'second-master-key-of-the-test-77aa01bc']);
    await rotateSecrets(api.store.db, back);
  });

  it('names the keys that say something of their own', async () => {
    const [key] = (await api.ask('GET /keys', { key: acme.key })).body.data;
    await api.ask(`PUT /keys/${key.id}/content`, { key: acme.key, body: { content: 'none' } });
    const { body } = await api.ask(`GET /organizations/${acme.id}/content`, { key: acme.key });
    expect(body.keys).toEqual([{ id: key.id, name: key.name, content: 'none' }]);
    await api.ask(`PUT /keys/${key.id}/content`, { key: acme.key, body: { content: null } });
  });

  it('is gone when it is old enough', async () => {
    const id = await keep(acme.id, {}, { ...contentRuleDefault, days: 1 });
    const laterMs = nowMs + 25 * 3_600_000;
    expect(
      await readContent(api.store.db, { organizationId: acme.id, requestId: id }, secrets, laterMs),
    ).toBeUndefined();
    expect(await removeUnreadable(api.store.db, laterMs)).toBe(1);
  });

  it('is dropped and counted where the database is away, and waits for nothing', async () => {
    const broken = { db: undefined } as unknown as typeof api.store;
    const told: unknown[] = [];
    const log = { ...silentLog, warn: (fields: object) => void told.push(fields) };
    const away = new ContentKeeper({ store: broken, secrets, reader: conversationReader, clock, log, bytesMax: 3_000 });
    const made = exchange(acme.id, newId('req', nowMs));
    const size = made.request.bytes.length + made.answer.bytes.length;
    expect(away.take(size)).toBe(true);
    away.offer(made);
    expect(away.take(3_000)).toBe(false);
    await away.flush();
    const droppedBy = { 'no-room': 1, 'no-key': 0, 'key-erased': 0, 'not-stored': 1 };
    expect(away.counts).toEqual({ kept: 0, dropped: 2, droppedBy, waitingBytes: 0 });
    expect(JSON.stringify(told)).not.toContain('card');
  });

  it('of an organization whose key does not open is dropped and counted, and that of the others is kept', async () => {
    const broken = await api.tenant('broken-key');
    await keep(broken.id);
    const table = `"${api.database.schema}".content_keys`;
    const swapped = `(SELECT sealed FROM ${table} WHERE organization_id = '${other.id}')`;
    await keep(other.id);
    await runSql(api.database.url, `UPDATE ${table} SET sealed = ${swapped} WHERE organization_id = '${broken.id}'`);
    const { store } = api;
    const fresh = new ContentKeeper({ store, secrets, reader: conversationReader, clock, log: silentLog });
    for (const { id } of [broken, other]) {
      const requestId = await makeUsage(api.store.db, { organization_id: id }, nowMs - 1_000);
      const made = exchange(id, requestId);
      fresh.take(made.request.bytes.length + made.answer.bytes.length);
      fresh.offer(made);
    }
    await fresh.flush();
    const droppedBy = { 'no-room': 0, 'no-key': 1, 'key-erased': 0, 'not-stored': 0 };
    expect(fresh.counts).toEqual({ kept: 1, dropped: 1, droppedBy, waitingBytes: 0 });
  });

  it('of an organization is erased with its key at once, and what comes after gets another', async () => {
    const [mine, theirs] = [await keep(acme.id), await keep(other.id)];
    const kept = async (key = acme.key) => await api.ask(`GET /organizations/${acme.id}/content`, { key });
    const before = (await kept()).body;
    expect(before).toMatchObject({ isMore: false, oldestAt: expect.any(String), keyMadeAt: expect.any(String) });
    expect(before.requests).toBeGreaterThan(0);
    expect((await kept(other.key)).status).toBe(404);
    expect((await api.ask(`DELETE /organizations/${acme.id}/content`, { key: other.key })).status).toBe(404);
    expect((await api.ask(`DELETE /organizations/${acme.id}/content`, { key: acme.key })).status).toBe(204);
    expect(await read(acme.id, mine)).toBeUndefined();
    expect((await api.ask(`GET /logs/${mine}/content`, { key: acme.key })).status).toBe(404);
    expect((await kept()).body).toEqual({ requests: 0, isMore: false, oldestAt: null, keyMadeAt: null, keys: [] });
    expect((await api.ask(`GET /logs/${mine}`, { key: acme.key })).body.content).toBe('none');
    expect(await read(other.id, theirs)).toBeDefined();
    // This keeper still holds the key that is gone.
    const next = await keep(acme.id);
    expect(await read(acme.id, next)).toBeDefined();
    expect((await kept()).body.requests).toBe(1);
    expect(await read(acme.id, mine)).toBeUndefined();
    expect(await removeUnreadable(api.store.db, nowMs)).toBeGreaterThan(0);
    expect(await read(acme.id, next)).toBeDefined();
  });
});
