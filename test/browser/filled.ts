/** A gateway with a canary in every place that takes a secret, after everything that people and programs do with one. */
import { Secret, TOTP } from 'otpauth';
import { access } from '../../src/control/api/access.ts';
import { routeName } from '../../src/control/api/route.ts';
import { apiRoutes } from '../../src/control/api/routes.ts';
import { bodies, makeThings, parametersOf, pathOf, queryOf, type Things } from '../api/bodies.ts';
import type { Asked } from '../api/fixtures.ts';
import { type StandIn, startStandIn } from '../fakes/stripe/server.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { keepSecret } from '../harness/collected.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import type { ConfigTree } from '../harness/gateway.ts';
import type { Secret as Canary } from '../harness/secret-search.ts';
import { answerWell } from '../security/answers.ts';
import { Browser, owner, password } from '../sign-in/browser.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

const models = ['good', 'refuse', 'cut', 'garbage'];
const prompt = 'w3PromptCanary of whoever asks 0001';
const kept = 'w3KeptPromptCanary of whoever asks 0002';
const header = 'w3HeaderCanary-0003-of-a-request';
const wrongKey = 'tg-w3WrongKeyCanary00000000000000000000000004';

export interface Filled {
  readonly rig: BrowserRig;
  /** What nothing may show. Of what was made here, each was in one answer: that of its making. */
  readonly canaries: readonly Canary[];
  readonly things: Things;
  /** Every answer of a GET of the management API, as an operator and an owner get it. */
  readonly reads: Readonly<Record<string, string>>;
  /** Errors, of calls and of the management API. */
  readonly errors: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function fillGateway(): Promise<Filled> {
  const upstream = await startUpstream({ script: answerWell });
  playFaults(upstream);
  const stripe = await startStandIn();
  const config = configuration(upstream, stripe);
  const rig = await startBrowserRig(config.tree);
  const canaries = new Map<string, string>(config.secrets);
  for (const text of [prompt, kept, header, wrongKey]) canaries.set(text, 'what was asked with');
  const errors: Record<string, string> = {};
  await callEveryDialect(rig, errors);
  const things = await writeEverything(rig, canaries, errors);
  await signIn(rig, canaries);
  const reads = await readEverything(rig, things);
  const list = [...canaries].map(([secret, what]) => ({ what, secret }));
  for (const { what, secret } of list) keepSecret(what, secret);
  return {
    rig,
    canaries: list,
    things,
    reads,
    errors,
    async close() {
      await rig.close();
      await Promise.all([upstream.close(), stripe.close()]);
    },
  };
}

function configuration(upstream: Upstream, stripe: StandIn) {
  const { providers, models: priced } = fakeProviders(upstream, models) as Record<string, Record<string, ConfigTree>>;
  const secrets = {
    oa: 'w3ProviderCanaryOne-4f81c2',
    an: 'w3ProviderCanaryTwo-9c02d7',
    openai: 'sk-w3ProviderCanaryThree-77a1',
    stripe: 'sk_test_w3StripeCanary0005',
    webhook: 'whsec_w3WebhookCanary0006',
    master: 'w3UppermostCanary+Vw/Xz_Lk=6E5d4C3b2A',
    own: 'w3OwnProviderCanary-0008-of-acme',
    client: 'w3ClientSecretCanary-0009',
  };
  const tree: ConfigTree = {
    providers: {
      oa: { ...providers?.oa, apiKey: secrets.oa },
      an: { ...providers?.an, apiKey: secrets.an },
      openai: { apiKey: secrets.openai, baseUrl: `${upstream.url}/v1` },
    },
    models: priced ?? {},
    organizations: { acme: { providers: { openai: { apiKey: secrets.own, fallback: true } } } },
    stripe: { secretKey: secrets.stripe, webhookSecrets: [secrets.webhook], apiBase: stripe.url },
    secrets: { masterKey: secrets.master },
    signIn: { oidc: { house: { issuer: `${upstream.url}/`, clientId: 'tollgate', clientSecret: secrets.client } } },
    log: { level: 'debug' },
  };
  return {
    tree,
    secrets: Object.entries(secrets).map(([what, secret]) => [secret, `configuration: ${what}`] as const),
  };
}

/** A provider that quotes its caller's credential and words, one that breaks off, and one that talks nonsense. */
function playFaults(upstream: Upstream): void {
  upstream.on('refuse', ({ headers, body }, reply) => {
    const quoted = `no account for ${String(headers.authorization ?? headers['x-api-key'])}, ${body.toString()}`;
    return reply.json(401, { type: 'error', error: { type: 'authentication_error', message: quoted } });
  });
  upstream.on('cut', async (_, reply) => {
    reply.head(200, { 'content-type': 'text/event-stream' });
    await reply.write('data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n');
    await reply.reset();
  });
  upstream.on('garbage', (_, reply) => reply.send(200, { 'content-type': 'application/json' }, '{"'));
}

const user = (content: string) => ({ messages: [{ role: 'user', content }] });

/** By dialect: where it is asked, and what with. */
const dialects: readonly ((model: string, stream: boolean, text: string) => readonly [string, object])[] = [
  (model, stream, text) => ['/v1/chat/completions', { model, stream, max_tokens: 5, ...user(text) }],
  (model, stream, text) => ['/v1/messages', { model, stream, max_tokens: 5, ...user(text) }],
  (model, stream, text) => ['/v1/responses', { model, stream, max_output_tokens: 16, input: text }],
  (model, stream, text) => [
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent' : 'generateContent'}`,
    { contents: [{ role: 'user', parts: [{ text }] }] },
  ],
  (model, stream, text) => [
    `/model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`,
    { messages: [{ role: 'user', content: [{ text }] }] },
  ],
];

async function callEveryDialect({ gateway }: BrowserRig, errors: Record<string, string>): Promise<void> {
  const call = async (path: string, body: object | string, key: string, more: Record<string, string> = {}) => {
    const answer = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-secret': header, ...more },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text().catch(() => '');
    // What a provider says of a request is its caller's to read, who knows the words; no key is in it.
    if (!answer.ok) errors[`${path} ${Object.keys(errors).length}`] = text.replaceAll(prompt, '');
  };
  for (const of of dialects) {
    for (const model of models) {
      for (const provider of ['oa', 'an']) {
        for (const stream of [false, true]) await call(...of(`${provider}/${model}`, stream, prompt), gateway.key);
      }
    }
    const [path, body] = of('oa/good', false, prompt);
    await call(path, body, wrongKey);
    await call(path, `{"broken":"${prompt}`, gateway.key);
    await call(...of('no/such', false, prompt), gateway.key);
    await call(...of('mock/echo', false, kept), gateway.key, { 'x-tollgate-content': 'keep' });
  }
}

const keepers = /^(key|secret|url|token|managementKey)$/;

/** Secrets of an answer that shows something once. */
function keepShownOnce(name: string, answer: unknown, canaries: Map<string, string>): void {
  if (typeof answer !== 'object' || answer === null) return;
  for (const [member, value] of Object.entries(answer)) {
    if (typeof value !== 'string' || !keepers.test(member)) continue;
    const secret = member === 'url' ? /#token=(.+)$/.exec(value)?.[1] : value;
    if (secret !== undefined && secret.length >= 20) canaries.set(secret, `shown once by ${name}`);
  }
}

/** Where an answer's `key`, `secret` or link is meant to be read, once. */
const showsOnce = new Set([
  'POST /keys',
  'POST /keys/{keyId}/rotate',
  'POST /playground/keys',
  'POST /webhook-endpoints',
  'POST /webhook-endpoints/{endpointId}/rotate',
  'POST /organizations/{organizationId}/invitations',
]);

const closed = apiRoutes.filter(
  (each) => each.receive === undefined && !('auth' in (access[routeName(each)] ?? {})) && each.path !== '/live',
);
const ends = /revoke|DELETE|\/end|\/erase|\/rotate$|leave/;

async function writeEverything(
  rig: BrowserRig,
  canaries: Map<string, string>,
  errors: Record<string, string>,
): Promise<Things> {
  const asked = await askedBy(rig);
  const organizationId = (await rig.api('GET /organizations')).data.find(
    (each: { name: string }) => each.name === 'acme',
  ).id;
  for (const route of closed.filter(({ method }) => method !== 'GET')) {
    const name = routeName(route);
    const things: Things = { organizationId, ...(await makeThings(asked, organizationId, parametersOf(route))) };
    const apiKey = `sk-w3GivenCanary-${crypto.randomUUID()}`;
    const given = bodies({ ...things, providerName: things.providerName ?? 'oa' })[name] ?? {};
    const body = 'apiKey' in given ? { ...given, apiKey } : given;
    if ('apiKey' in given) canaries.set(apiKey, `given to ${name}`);
    const what = `${route.method} ${pathOf(route, things)}`;
    const sent = { headers: { 'idempotency-key': crypto.randomUUID() }, ...(route.body !== undefined && { body }) };
    const { status, body: told, text } = await asked.ask(what, sent);
    if (status >= 300) errors[name] = text;
    else if (showsOnce.has(name)) keepShownOnce(name, told, canaries);
    if (status < 300 && !ends.test(name)) await asked.ask(what, sent);
  }
  return { organizationId, ...(await makeThings(asked, organizationId)) };
}

async function askedBy({ gateway, operatorKey }: BrowserRig): Promise<Asked> {
  const store = await gateway.database.open();
  return {
    store,
    async ask(what, { body, headers, key = operatorKey } = {}) {
      const [method = 'GET', path = ''] = what.split(' ', 2);
      const answer = await fetch(`${gateway.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
      const all = { status: answer.status, headers: Object.fromEntries(answer.headers), text };
      return { ...all, body: isJson && text !== '' ? JSON.parse(text) : undefined };
    },
  };
}

/** The first owner with a second factor; who lost it; and somebody who guesses. */
async function signIn({ gateway }: BrowserRig, canaries: Map<string, string>): Promise<void> {
  canaries.set(password, 'a password');
  const browser = await owner(gateway);
  const enabled = await browser.ask('POST /auth/two-factor/enable', { password });
  const secret = new URL(enabled.body.totpURI).searchParams.get('secret') ?? '';
  canaries.set(secret, 'the secret of a second factor');
  for (const code of enabled.body.backupCodes) canaries.set(`backup code ${code}`, 'a recovery code');
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  await browser.ask('POST /auth/two-factor/verify-totp', { code: totp.generate() });
  for (const value of browser.cookies.values()) canaries.set(decodeURIComponent(value), 'a session');
  const guess = new Browser(gateway.url);
  await guess.signIn('ada@example.com', 'w3WrongPasswordCanary-0010');
  canaries.set('w3WrongPasswordCanary-0010', 'a wrong password');
  await guess.ask('POST /sign-in-links/use', { token: 'w3WrongTokenCanary-0011-of-a-link', password });
  canaries.set('w3WrongTokenCanary-0011-of-a-link', 'a wrong link');
}

async function readEverything(rig: BrowserRig, things: Things): Promise<Readonly<Record<string, string>>> {
  const asked = await askedBy(rig);
  const reads: Record<string, string> = {};
  for (const route of closed.filter(({ method }) => method === 'GET')) {
    const { headers, text } = await asked.ask(`GET ${pathOf(route, things)}${queryOf(route)}`);
    reads[routeName(route)] = `${JSON.stringify(headers)}${text}`;
  }
  for (const { request_id: id } of (await rig.gateway.usageRows()).slice(-30)) {
    reads[`GET /logs/${String(id)}`] = (await asked.ask(`GET /logs/${String(id)}`)).text;
  }
  return reads;
}
