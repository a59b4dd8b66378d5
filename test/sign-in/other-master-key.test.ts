/** Two instances on one database with differing master keys: the second says what is wrong, and does the rest. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { Browser, owner, password } from './browser.ts';

const boss = 'tgm-of-the-other-master-key-0123456789';
const masterKeys = ['kT3vX9qLm2RzWb8NcYf5HsJd7PgAu4Ex', 'Zq7Rw2Yt9Pl4Kj6Hg3Fd8Sa5Mn1Bv0Cx'] as const;
let database: TestDatabase;
let one: TestGateway;
let two: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  const start = (masterKey: string) =>
    startGateway({ database, config: { secrets: { masterKey }, keys: { boss: { key: boss } } } });
  one = await start(masterKeys[0]);
  await owner(one);
  two = await start(masterKeys[1]);
}, 120_000);

afterAll(async () => {
  await one.stop();
  await two.stop();
  await database.close();
});

const bearer = { cookie: undefined, authorization: `Bearer ${boss}` };

it('says at its start whose key is missing, and no secret', () => {
  const told = two.stderr.split('\n').find((line) => line.includes('nobody can sign in at this instance'));
  expect(told).toContain('secrets.masterKey of the others');
  for (const secret of masterKeys) expect(two.stderr).not.toContain(secret);
});

it('lets nobody sign in, and takes no session of the other, with words that help', async () => {
  const there = new Browser(one.url);
  expect((await there.signIn('ada@example.com', password)).status).toBe(200);
  const here = new Browser(two.url);
  const { status, body } = await here.signIn('ada@example.com', password);
  expect([status, body.error.code]).toEqual([503, 'unavailable']);
  expect(body.error.remedy).toContain('secrets.masterKey');
  expect((await here.ask('GET /me', undefined, { cookie: there.cookie })).status).toBe(401);
  expect((await there.ask('GET /me')).status).toBe(200);
});

it('serves models and management keys all the same', async () => {
  const answer = await fetch(`${two.url}/v1/chat/completions`, {
    method: 'POST',
    headers: two.headers,
    body: JSON.stringify({ model: 'mock/echo', messages: [{ role: 'user', content: 'hello' }] }),
  });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  expect((await new Browser(two.url).ask('GET /me', undefined, bearer)).body.role).toBe('operator');
});
