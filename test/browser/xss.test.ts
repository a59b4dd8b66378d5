/**
 * S24: what callers and models say is text. Five hundred strings that would run a script are sent through prompts, answers,
 * names of models, keys, tags, sessions and end users, kinds of errors and the address; none runs, and none even tries: the
 * content policy, which is the second wall, has nothing to complain of.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSql } from '../postgres.ts';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig, type Visitor } from './rig.ts';
import { xssPayloads } from './xss-payloads.ts';

let rig: BrowserRig;
let talk: string;
const keyNames: string[] = [];

beforeAll(async () => {
  rig = await startBrowserRig();
  await talkAll();
  await makeKeys();
  await plantRows();
}, 120_000);
afterAll(() => rig.close());

/** One conversation of all of them, kept; the mock says the last one again. */
async function talkAll(): Promise<void> {
  const messages = xssPayloads.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
  const tools = xssPayloads.slice(0, 40).map((description, i) => ({
    type: 'function',
    function: { name: `tool_${i}`, description, parameters: { type: 'object', properties: {} } },
  }));
  const answer = await fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...rig.gateway.headers, 'x-tollgate-content': 'keep' },
    body: JSON.stringify({ model: 'mock/echo', messages, tools, user: xssPayloads[30] }),
  });
  talk = answer.headers.get('x-request-id') ?? '';
  expect(answer.status).toBe(200);
  await answer.text();
  await until(
    'the conversation to be kept',
    async () => (await rig.api(`GET /logs/${talk}`).catch(() => ({}))).content === 'kept',
  );
}

async function makeKeys(): Promise<void> {
  for (const name of xssPayloads.filter((each) => each.length <= 100 && !/[\p{Cc}\p{Cf}]/u.test(each)).slice(0, 30)) {
    const { id } = await rig.api('POST /keys', { name });
    keyNames.push(id);
  }
}

/** A request for each of them, with it in every field of text that a row has. */
async function plantRows(): Promise<void> {
  const { schema, url } = rig.gateway.database;
  const ids = await rig.gateway.usageRows();
  const columns = Object.keys(ids[0] ?? {});
  const table = `"${schema}".usage`;
  const own: Record<string, string> = {
    request_id: `left(u.request_id, 14) || lpad(to_hex(n.n), 16, '0')`,
    started_at: `u.started_at + n.n * interval '1 millisecond'`,
    requested_model: 'n.text',
    served_model: 'n.text',
    error_kind: 'n.text',
    session_id: 'n.text',
    end_user: 'n.text',
    client_request_id: 'n.text',
    tags: 'ARRAY[n.text]',
    flags: 'ARRAY[n.text]',
    dropped: 'ARRAY[n.text]',
    provider: 'n.text',
    credential: 'n.text',
    status: `'failed'`,
    key_id: `coalesce((ARRAY[${keyNames.map(quoted).join()}])[1 + n.n % ${keyNames.length}], u.key_id)`,
    attempts: `jsonb_build_array(jsonb_build_object('id', n.text, 'target', n.text, 'credential', n.text, 'startedAtMs', 1, 'durationMs', 5, 'status', 500, 'error', n.text))`,
    decision: `jsonb_build_object('route', n.text, 'strategy', n.text, 'ranked', jsonb_build_array(n.text), 'rejected', jsonb_build_array(jsonb_build_object('target', n.text, 'filter', n.text)), 'arm', n.text)`,
  };
  const values = columns.map((column) => own[column] ?? `u.${column}`).join(', ');
  const list = xssPayloads.map((text, i) => `(${i + 1}, ${quoted(text)})`).join(', ');
  await runSql(
    url,
    `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values} FROM ${table} u, (VALUES ${list}) AS n(n, text)
      WHERE u.request_id = ${quoted(talk)}`,
  );
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A visitor who notices when anything runs. */
async function watched(path: string): Promise<Visitor & { ran(): Promise<number> }> {
  const visitor = await rig.visit({ path: '/requests' });
  await visitor.context.addInitScript(
    'window.count = 0; window.ran = () => { window.count++ }; window.alert = window.ran;',
  );
  visitor.page.on('dialog', (dialog) => void dialog.dismiss());
  await visitor.go(path);
  return { ...visitor, ran: async () => Number(await visitor.page.evaluate('window.count')) };
}

it('there are five hundred, and a page that took them for markup would run them', async () => {
  expect(xssPayloads.length).toBeGreaterThanOrEqual(500);
  const context = await rig.browser.newContext();
  const page = await context.newPage();
  await page.goto('about:blank');
  await page.evaluate('window.count = 0; window.ran = () => { window.count++ }');
  const images = xssPayloads.filter((text) => text.startsWith('<img') || text.startsWith('<svg'));
  await page.evaluate(`document.body.innerHTML = ${JSON.stringify(images.join('\n'))}`);
  await until('something to run', async () => Number(await page.evaluate('window.count')) > 0);
  await context.close();
});

it('none runs in the list of requests, scrolled from top to end', async () => {
  const visitor = await watched('/requests');
  const { page } = visitor;
  await page.getByText('<script>ran()</script>').first().waitFor();
  const seen = new Set<string>();
  await until(
    'the end of the list',
    async () => {
      for (const text of await page.locator('tbody tr').allInnerTexts()) seen.add(text);
      await page.locator('section[aria-label=Requests]').evaluate((list) => list.scrollBy(0, 800));
      return seen.size >= xssPayloads.length;
    },
    60_000,
  );
  expect(await visitor.ran()).toBe(0);
  await visitor.done();
}, 90_000);

it('none runs in the conversation that is kept, nor on the page of each of some requests', async () => {
  const visitor = await watched(`/requests/${talk}`);
  const { page } = visitor;
  await page
    .getByText(xssPayloads.at(-1) ?? '')
    .first()
    .waitFor();
  const shown = await page.locator('li p').allInnerTexts();
  expect(shown.length).toBeGreaterThanOrEqual(xssPayloads.length);
  expect(await visitor.ran()).toBe(0);
  for (let n = 1; n <= xssPayloads.length; n += 50) {
    await visitor.go(`/requests/${talk.slice(0, 14)}${n.toString(16).padStart(16, '0')}`);
    await page.getByRole('button', { name: 'Copy as code' }).waitFor();
    expect(await visitor.ran()).toBe(0);
  }
  await visitor.done();
}, 120_000);

it('none runs among sessions, nor where it stands in the address', async () => {
  const visitor = await watched('/sessions');
  const { page } = visitor;
  await page.getByRole('row').nth(5).waitFor();
  expect(await visitor.ran()).toBe(0);
  for (const text of xssPayloads.filter((each) => each.length < 200).filter((_, i) => i % 40 === 0)) {
    const name = encodeURIComponent(text);
    for (const path of [`/requests?model=${name}&endUser=${name}`, `/sessions?tag=${name}`, `/live?q=${name}`]) {
      await visitor.go(path);
      expect(await visitor.ran()).toBe(0);
    }
  }
  await visitor.done();
}, 120_000);

it('every answer of the dashboard carries the policy that would stop what got through', async () => {
  const { headers } = await fetch(`${rig.gateway.url}/dashboard/requests`);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe-(inline|eval)/);
});
