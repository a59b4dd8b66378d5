/** `npm run month` as anybody runs it: a month of a reseller whose every figure is compared with its own reckoning. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const limitMs = 180_000;
let directory: string;
let told: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'tollgate-month-test-'));
  const main = path.join(import.meta.dirname, 'month/main.ts');
  // It rejects unless the exit code is 0.
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--out', directory], { timeout: limitMs });
  told = stdout;
}, limitMs);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("a reseller's month", () => {
  it('ends with every figure as reckoned by hand, and a drift of 0', () => {
    expect(told).toMatch(/\n {2}\d{3} figures compared, 0 wrong\.\n$/);
    expect(told).toContain('drift = 0');
    // What a part of a month costs says of which days it is.
    expect(told).toContain('Plan Pro, 2027-03-16 to 2027-04-01: $35.00');
    expect(told).not.toMatch(/NaN|undefined|MISMATCH|\[object|-\$0\.00/);
  });

  it('has whole documents at its end: invoices as PDF and as a table, a credit note, a receipt', () => {
    const names = readdirSync(directory);
    expect(names).toEqual([
      'CN-000001.pdf',
      'INV-000001-northwind.csv',
      'INV-000001-northwind.pdf',
      'INV-000002-contoso.csv',
      'INV-000002-contoso.pdf',
      'receipt-contoso.pdf',
    ]);
    for (const name of names.filter((each) => each.endsWith('.pdf'))) {
      const bytes = readFileSync(path.join(directory, name));
      expect([name, bytes.subarray(0, 5).toString(), bytes.toString('latin1').trimEnd().slice(-5)]).toEqual([
        name,
        '%PDF-',
        '%%EOF',
      ]);
    }
    const table = readFileSync(path.join(directory, 'INV-000002-contoso.csv'), 'utf8');
    expect(table).toContain(',anthropic/claude-sonnet-4-5,,2,252000,1600,48000,0,1.86228\r\n');
  });
});
