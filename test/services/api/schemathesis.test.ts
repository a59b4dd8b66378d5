/**
 * schemathesis, which reads the OpenAPI description and asks every operation what it should take, what it should not, and
 * one after the other: no 500, no status that is not described, no answer that its schema does not hold.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config.ts';
import { prepareJobs } from '../../../src/control/jobs/queue.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { secretBox } from '../../../src/master-key.ts';
import { Naming } from '../../../src/naming.ts';
import { providers } from '../../../src/providers/index.ts';
import { type TestApi, testApi } from '../../api/harness.ts';
import { pythonPath } from '../clients.ts';

let api: TestApi;
let server: Server;
const home = mkdtempSync(join(tmpdir(), 'tollgate-schemathesis-'));

beforeAll(async () => {
  const config = parseConfig('', { cwd: home, env: {}, registry: [...providers.values()] });
  const naming = new Naming({
    config,
    registry: providers,
    secrets: secretBox(config.secrets, home),
    clock: systemClock,
    mock: undefined,
    log: silentLog,
  });
  api = await testApi({ requestsPerMinute: 1_000_000_000, naming });
  await prepareJobs(api.store, silentLog);
  server = createServer((request, response) => api.api.handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await api.close();
  rmSync(home, { recursive: true, force: true });
});

const limitMs = 600_000;

/** What a process that is no whole gateway answers with 503, and the stream of events, which does not end. */
const onlyInGateways =
  '^/(drift|live|bootstrap|invitations|sign-in-links|models/(discover|sync-pricing)|routes/simulate)(/|$)|/invitations$';

/**
 * `positive_data_acceptance` is left out: no schema says that a time must be in the future, a name visible, or an
 * Idempotency-Key not used before.
 */
it('finds no answer that the description does not hold', { timeout: limitMs }, async () => {
  const { port } = server.address() as AddressInfo;
  const args = [
    'run',
    `http://127.0.0.1:${port}/api/v1/openapi.json`,
    ...['--header', `Authorization: Bearer ${api.operator}`],
    ...['--exclude-checks', 'positive_data_acceptance'],
    ...['--suppress-health-check', 'all'],
    ...['--max-examples', '10'],
    ...['--exclude-path-regex', onlyInGateways],
    '--generation-deterministic',
    '--no-color',
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
  expect(code, told).toBe(0);
  expect(told).toMatch(/Tested: \d\d/);
});
