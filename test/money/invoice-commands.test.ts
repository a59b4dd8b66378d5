/** `tollgate invoices` and `tollgate alerts`, as an operator types them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAlerts } from '../../src/commands/alerts.ts';
import { addInvoices } from '../../src/commands/invoices.ts';
import { CommandFailure } from '../../src/commands/outcome.ts';
import { evaluateAlerts } from '../../src/control/alerts/evaluate.ts';
import { ensureOrganization } from '../../src/control/organizations.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { dollar, prepaid } from './books.ts';
import { postAt, sell, use } from './months.ts';

const home = mkdtempSync(path.join(tmpdir(), 'tollgate-invoices-'));
let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
  await sell(store);
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

async function run(line: string): Promise<string> {
  const env = { TOLLGATE_DATABASE_URL: database.url, TOLLGATE_DATABASE_SCHEMA: database.schema };
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  const program = new Command('tollgate').exitOverride();
  const context = { env, cwd: home, version: '0', out: write, err: write, drained: async () => {}, isTerminal: false };
  for (const add of [addInvoices, addAlerts]) add(program, context);
  await program.parseAsync(line.split(' '), { from: 'user' });
  return written.join('');
}

describe('tollgate invoices', () => {
  it('closes what is over, lists it and writes it as PDF', async () => {
    expect(await run('invoices list')).toBe('There is no invoice.\n');
    const org = await ensureOrganization(store.db, 'acme', systemClock);
    await postAt(store, '2026-03-05T10:00:00Z');
    await use(store, org, 10n * dollar);
    await postAt(store, '2026-04-01T00:00:00Z');
    expect(await run('invoices close acme')).toBe('INV-000001\n');
    expect(await run('invoices close acme')).toContain('No month');
    expect(await run('invoices list acme')).toMatch(/INV-000001 +2026-03 +acme +\$10\.00 +\$11\.90 +\$11\.90 +open/);
    expect(JSON.parse(await run('invoices list --status open --json'))).toMatchObject([
      { number: 'INV-000001', dueUsd: '11.90', taxUsd: '1.90' },
    ]);
    expect(await run('invoices list --status paid')).toBe('There is no invoice.\n');
    expect(await run('invoices pdf INV-000001')).toBe('INV-000001.pdf\n');
    expect(readFileSync(path.join(home, 'INV-000001.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
    await expect(run('invoices pdf INV-7')).rejects.toThrow(CommandFailure);
    await expect(run('invoices pdf INV-000001 --out no/where.pdf')).rejects.toThrow(/cannot be written/);
  });
});

describe('tollgate alerts', () => {
  it('lists what was told, and to how many', async () => {
    expect(await run('alerts list')).toBe('There was no alert.\n');
    const org = await prepaid(store, 'owing');
    await postAt(store, new Date(systemClock.nowMs()).toISOString());
    await use(store, org, 2n * dollar);
    await evaluateAlerts({ store, clock: systemClock, log: silentLog });
    expect(await run('alerts list')).toMatch(/house-overrun +nobody +The house paid \$2\.00 in a day/);
    expect(JSON.parse(await run('alerts list --json'))).toMatchObject([{ kind: 'house-overrun', deliveries: [] }]);
  });
});
