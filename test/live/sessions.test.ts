/** The live view of somebody whose session ends: it ends with it, whatever ended that. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { Browser, member, owner, password } from '../sign-in/browser.ts';
import { until } from '../until.ts';

let gateway: TestGateway;
let ada: Browser;
let acme: string;

beforeAll(async () => {
  gateway = await startGateway();
  ada = await owner(gateway);
  acme = (await ada.ask('POST /organizations', { name: 'acme' })).body.id;
});
afterAll(() => gateway.stop());

/** Sessions end within 5 s everywhere; the rest is for a machine that is busy. */
const endsMsMax = 20_000;

/** The view that a session opened. */
async function open(browser: Browser) {
  const stop = new AbortController();
  const answer = await fetch(`${gateway.url}/api/v1/live`, {
    headers: { cookie: browser.cookie },
    signal: stop.signal,
  });
  expect(answer.status).toBe(200);
  let text = '';
  const done = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of answer.body ?? []) text += decoder.decode(bytes, { stream: true });
  })().catch(() => {});
  await until('its first frame', () => text.includes('event: snapshot'));
  return {
    ended: () => until('the view to end', () => text.includes('event: end'), endsMsMax).then(() => text.slice(-80)),
    isOpen: () => !text.includes('event: end'),
    async close() {
      stop.abort();
      await done;
    },
  };
}

const pathOf = async (email: string) => {
  const { data } = (await ada.ask(`GET /organizations/${acme}/members?limit=200`)).body;
  return `/organizations/${acme}/members/${data.find((each: { email: string }) => each.email === email).id}`;
};
const again = async (email: string) => {
  const browser = new Browser(gateway.url);
  expect((await browser.signIn(email, password)).status).toBe(200);
  return browser;
};

const endings: Readonly<Record<string, (email: string, browser: Browser) => Promise<{ readonly status: number }>>> = {
  'signing out': (_, browser) => browser.ask('POST /auth/sign-out', {}),
  'signing out everywhere, from elsewhere': async (email) => (await again(email)).ask('POST /me/sessions/end-others'),
  'a new password, from elsewhere': async (email) =>
    (await again(email)).ask('POST /auth/change-password', { currentPassword: password, newPassword: `${password}!` }),
  'another role': async (email) => ada.ask(`PATCH ${await pathOf(email)}`, { role: 'viewer' }),
  'being removed': async (email) => ada.ask(`DELETE ${await pathOf(email)}`),
};

it.each(Object.keys(endings))('ends by %s, and by nothing that happens to others', async (how) => {
  const name = how.replaceAll(/[^a-z]+/g, '-');
  const browser = await member(ada, acme, `${name}@example.com`, 'developer');
  const other = await member(ada, acme, `${name}-other@example.com`, 'developer');
  const [view, others] = [await open(browser), await open(other)];
  const answered = await endings[how]?.(`${name}@example.com`, browser);
  expect(answered?.status).toBeLessThan(300);
  expect(await view.ended()).toContain('"signed-out"');
  expect(others.isOpen()).toBe(true);
  await Promise.all([view.close(), others.close()]);
});
