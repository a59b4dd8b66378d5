/**
 * schemathesis, which reads the OpenAPI description and asks every operation what it should take, what it should not, and
 * one after the other, of a whole gateway: no 500, no status that is not described, no answer that its schema does not
 * hold. SCHEMATHESIS_EXAMPLES, _SEED and _OPTIONS: more of them, others, and what else it takes; _REPORT: where to write
 * what it told and what was answered.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeName } from '../../../src/control/api/route.ts';
import { apiRoutes } from '../../../src/control/api/routes.ts';
import { pythonPath } from '../clients.ts';
import { describedWith } from './described.ts';
import { descriptionPath, type Relay, startRelay } from './relay.ts';
import { makeLinks, startWholeGateway, type WholeGateway } from './whole-gateway.ts';

const { SCHEMATHESIS_EXAMPLES: examples = '5', SCHEMATHESIS_SEED: seed, SCHEMATHESIS_REPORT: report } = process.env;
/** `--phases fuzzing`, for example. */
const more = process.env.SCHEMATHESIS_OPTIONS?.split(' ') ?? [];
const key = 'tgm-of-schemathesis-itself';
const home = mkdtempSync(join(tmpdir(), 'tollgate-schemathesis-'));
let whole: WholeGateway;
let relay: Relay;

beforeAll(async () => {
  whole = await startWholeGateway();
  const { gateway, asked, keys } = whole;
  const plain = (await asked.ask('GET /openapi.json')).body;
  const description = await describedWith(plain, asked, await makeLinks(asked));
  relay = await startRelay({ url: gateway.url, key, keys, description });
}, 120_000);

afterAll(async () => {
  await relay.close();
  await whole.close();
  rmSync(home, { recursive: true, force: true });
});

/** A provider that cannot be asked is told with 503, which is no bug of whoever tells it. */
const settings = `
request-timeout = 60
[[operations]]
include-name = "POST /models/discover"
[operations.checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
`;

async function schemathesis(): Promise<{ readonly code: number; readonly told: string }> {
  writeFileSync(join(home, 'schemathesis.toml'), settings);
  const args = [
    'run',
    `${relay.url}${descriptionPath}`,
    ...['--header', `Authorization: Bearer ${key}`],
    // No schema says that a time must be in the future, a name visible, or an Idempotency-Key not used before.
    ...['--exclude-checks', 'positive_data_acceptance'],
    // It would send a second credential beside the key, which is 401 whatever the rest is.
    ...['--generation-with-security-parameters', 'false'],
    ...['--suppress-health-check', 'all'],
    ...['--max-examples', examples],
    ...(seed === undefined ? ['--generation-deterministic'] : ['--seed', seed]),
    '--no-color',
    ...more,
  ];
  const child = spawn(join(dirname(pythonPath()), 'schemathesis'), args, {
    cwd: home,
    env: { PATH: process.env.PATH ?? '', HOME: home, PYTHONUTF8: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, told };
}

const isGood = (status: number) => status >= 200 && status < 300;
/** What only a person, their organization or Stripe may, bills of a month that has ended, and a key that opens. */
const neverGood = new Set([
  'GET /logs/{requestId}/content',
  'GET /end-users/{endUserId}/export',
  'POST /organizations/{organizationId}/provider-keys/{provider}/test',
  'POST /payments/{paymentId}/refund',
  'POST /invoices/{invoiceId}/collect',
  'POST /stripe/webhook',
  'POST /invoices/{invoiceId}/credit-notes',
  'POST /organizations/{organizationId}/invoices',
  'POST /organizations/{organizationId}/leave',
  'PATCH /me',
  'DELETE /me/sessions/{accountSessionId}',
]);
/** They take nothing, so there is nothing that they refuse. */
const takesAll = new Set(['GET /openapi.json', 'GET /docs', 'GET /docs/style.css', 'GET /bootstrap']);

describe('schemathesis', () => {
  it('finds no answer that the description does not hold', { timeout: 3_600_000 }, async () => {
    const { code, told } = await schemathesis();
    if (report) {
      writeFileSync(`${report}.txt`, told);
      const rows = [...relay.answered].map(([name, statuses]) => [name, Object.fromEntries(statuses)]);
      writeFileSync(`${report}.json`, JSON.stringify(Object.fromEntries(rows), undefined, 1));
      writeFileSync(`${report}.log`, whole.gateway.stderr);
    }
    expect(code, told).toBe(0);
  });

  it('asked every operation what it takes, and what it does not', () => {
    const statusesOf = (name: string) => [...(relay.answered.get(name)?.keys() ?? [])];
    const names = apiRoutes.map(routeName);
    const without = (fits: (status: number) => boolean) => names.filter((name) => !statusesOf(name).some(fits));
    expect(names.length).toBeGreaterThan(190);
    expect(without(isGood).filter((name) => !neverGood.has(name))).toEqual([]);
    expect(without((status) => status >= 400).filter((name) => !takesAll.has(name))).toEqual([]);
  });
});
