/**
 * Hole S7: what scanners send, in every place where text comes in: headers, query, body, key, names and filters of the
 * command line. Nothing of it is ever part of a statement.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey, listKeys, revokeKey } from '../../src/control/keys/keys.ts';
import { Refusal } from '../../src/control/refusal.ts';
import { listUsage } from '../../src/control/usage/list.ts';
import { summarizeUsage } from '../../src/control/usage/summary.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Store } from '../../src/store/store.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { GatewayProcess } from '../harness/gateway-process.ts';
import { rawRequest, rawRequestText } from '../harness/raw-client.ts';
import { call } from '../harness/sse-client.ts';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { answerWell } from './answers.ts';
import { databaseWords, payloads } from './payloads.ts';

let database: TestDatabase;
let store: Store;
let upstream: Upstream;
let gateway: TestGateway;
let tablesBefore: readonly Record<string, unknown>[];
/** Requests that leave a row. */
let rowsDue = 0;

beforeAll(async () => {
  database = await testDatabase();
  upstream = await startUpstream({ script: answerWell, keepBodies: false });
  gateway = await startGateway({ database, config: fakeProviders(upstream, ['m']) });
  store = await database.open();
  tablesBefore = await tables();
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  await database.close();
});

/** Every table with its columns. */
const tables = () =>
  runSql(
    database.url,
    `SELECT table_name, column_name, data_type FROM information_schema.columns
     WHERE table_schema = '${database.schema}' ORDER BY 1, 2`,
  );

/** Far below the 3 s that a payload which is run would sleep, far above a busy machine's worst. */
const delayMsMax = 2000;

async function eight<T>(list: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = list.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const item of rest) await act(item);
    }),
  );
}

describe('S7: 400 payloads on the data plane', () => {
  const message = (text: string) => ({ model: 'oa/m', max_tokens: 5, messages: [{ role: 'user', content: text }] });
  const printable = (text: string) => encodeURIComponent(text).replaceAll('%20', ' ').replaceAll('%3D', '=');
  const headerText = (text: string) => Buffer.from(text.replaceAll('\u0000', '')).toString('latin1');

  const check = (
    what: string,
    statuses: readonly number[],
    answer: { status: number; body: string | Buffer },
    startedAt: number,
  ) => {
    expect(statuses, `${what}: ${answer.body}`).toContain(answer.status);
    // A caller's own text may be told back to it.
    const told = String(answer.body).replaceAll(what, '').replaceAll(JSON.stringify(what).slice(1, -1), '');
    if (answer.status !== 200 && !databaseWords.test(what)) expect(told).not.toMatch(databaseWords);
    expect(performance.now() - startedAt, what).toBeLessThan(delayMsMax);
  };

  it('in the key', async () => {
    await eight(payloads, async (payload) => {
      const startedAt = performance.now();
      for (const carrier of ['authorization', 'x-api-key']) {
        const value = carrier === 'authorization' ? `Bearer ${headerText(payload)}` : headerText(payload);
        const answer = await rawRequest(gateway.url, rawRequestText('/v1/messages', { [carrier]: value }, '{}'));
        check(payload, [400, 401], answer, startedAt);
      }
    });
  });

  it('in headers that are kept, and in others', async () => {
    await eight(payloads, async (payload) => {
      const text = headerText(payload);
      const headers = {
        authorization: `Bearer ${gateway.key}`,
        ...Object.fromEntries(
          [
            'x-request-id',
            'x-tollgate-session',
            'x-tollgate-tags',
            'user-agent',
            'referer',
            'cookie',
            'x-forwarded-for',
          ].map((name) => [name, text]),
        ),
      };
      const startedAt = performance.now();
      const body = JSON.stringify(message('x'));
      const answer = await rawRequest(gateway.url, rawRequestText('/v1/chat/completions', headers, body));
      if (answer.status === 200) rowsDue++;
      check(payload, [200, 400], answer, startedAt);
    });
  });

  it('in the query and the path', async () => {
    await eight(payloads, async (payload) => {
      const startedAt = performance.now();
      const text = encodeURIComponent(payload);
      const list = await call(`${gateway.url}/v1/models?after_id=${text}&limit=${text}&order=${text}`, undefined, {
        key: gateway.key,
      });
      check(payload, [200, 400], list, startedAt);
      const one = await call(`${gateway.url}/v1/models/${text}`, undefined, { key: gateway.key });
      check(payload, [404], one, startedAt);
    });
  });

  it('in every leaf of a body', async () => {
    await eight(payloads, async (payload) => {
      const startedAt = performance.now();
      const { key } = gateway;
      const leaves = { user: payload, safety_identifier: payload, metadata: { user_id: payload, [payload]: payload } };
      const good = await call(`${gateway.url}/v1/chat/completions`, { ...message(payload), ...leaves }, { key });
      check(payload, [200], good, startedAt);
      const other = { ...message(payload), model: 'an/m', metadata: { user_id: payload }, system: payload };
      check(payload, [200], await call(`${gateway.url}/v1/messages`, other, { key }), startedAt);
      rowsDue += 2;
      const model = await call(`${gateway.url}/v1/messages`, { ...message('x'), model: payload }, { key });
      check(payload, [404], model, startedAt);
      const free = await call(
        `${gateway.url}/v1/messages`,
        { ...message('x'), model: `oa/${printable(payload)}` },
        { key },
      );
      if (free.status !== 404) rowsDue++;
      check(payload, [200, 404, 503], free, startedAt);
    });
  }, 60_000);

  it('and every request has its row, its text kept as text; the tables are as they were', async () => {
    const rows = await gateway.waitForUsage(rowsDue, 30_000);
    const users = new Set(rows.map((row) => row.end_user));
    const kept = payloads.filter((payload) => !payload.includes('\u0000'));
    expect(kept.filter((payload) => !users.has(payload))).toEqual([]);
    expect(await tables()).toEqual(tablesBefore);
    expect(gateway.stderr).not.toMatch(/syntax error|"level":"error"/);
  }, 40_000);
});

describe('S7: 400 payloads as names and filters', () => {
  it('of keys and organizations: kept as they are, or refused; never run', async () => {
    await eight(
      payloads.filter((_, i) => i % 4 === 0),
      async (payload) => {
        const startedAt = performance.now();
        try {
          const key = await createKey(store, { name: payload, organization: payload, models: ['m'] }, systemClock);
          expect(key.name).toBe(payload.trim().normalize('NFC'));
          const [listed] = await listKeys(store, { organization: key.organization });
          expect(listed?.id).toBe(key.id);
          expect(await revokeKey(store, key.name, systemClock)).toMatchObject({ revoked: { id: key.id } });
        } catch (error) {
          expect(error, payload).toBeInstanceOf(Refusal);
        }
        expect(performance.now() - startedAt).toBeLessThan(delayMsMax * 2);
      },
    );
  });

  it('of usage: only rows with exactly that text, so wildcards match nothing else', async () => {
    await eight(
      payloads.filter((each) => !each.includes('\u0000')),
      async (payload) => {
        for (const filter of [{ key: payload }, { organization: payload }, { model: payload }, { status: payload }]) {
          const startedAt = performance.now();
          expect((await listUsage(store, filter)).entries).toEqual([]);
          expect(await summarizeUsage(store, { ...filter, groupBy: 'model' })).toEqual([]);
          expect(performance.now() - startedAt).toBeLessThan(delayMsMax);
        }
        await expect(listUsage(store, { cursor: payload })).rejects.toThrow(Refusal);
      },
    );
    for (const wildcard of ['%', '_%', 'o%', '*', '.*'])
      expect((await listUsage(store, { model: wildcard })).entries).toEqual([]);
    expect(await tables()).toEqual(tablesBefore);
  }, 60_000);

  it('at the terminal: one sentence, no words of the database', async () => {
    const env = {
      TOLLGATE_DATA_DIR: `${gateway.dataDir}/cli`,
      TOLLGATE_DATABASE_URL: database.url,
      TOLLGATE_DATABASE_SCHEMA: database.schema,
    };
    const payload = "x' OR 1=1; DROP TABLE usage;--";
    for (const args of [
      ['usage', '--key', payload, '--model', payload, '--organization', payload],
      ['usage', '--by', payload],
      ['usage', '--status', payload],
      ['keys', 'revoke', payload],
      ['keys', 'list', '--organization', payload],
    ]) {
      const command = new GatewayProcess(args, env);
      await command.ended;
      expect(command.output.replaceAll(payload, ''), args.join(' ')).not.toMatch(databaseWords);
    }
    expect(await tables()).toEqual(tablesBefore);
    // Five processes, of some seconds each on a busy machine.
  }, 120_000);
});
