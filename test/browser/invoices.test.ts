/** An invoice's page. A month that is over cannot be had on the system's clock, so the invoice is one that was written down. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BrowserRig, startBrowserRig } from './rig.ts';

let rig: BrowserRig;

beforeAll(async () => {
  rig = await startBrowserRig();
});
afterAll(() => rig.close());

const counts = { requests: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
const invoice = {
  id: 'inv_1',
  number: 'INV-2026-0042',
  organizationId: 'org_1',
  period: '2026-10',
  periodStart: '2026-10-01T00:00:00.000Z',
  periodEnd: '2026-11-01T00:00:00.000Z',
  status: 'open',
  seller: { name: 'Example Tokens Ltd' },
  buyer: { name: 'Acme' },
  taxPercent: 23,
  reverseCharge: false,
  lines: [
    {
      ...counts,
      kind: 'usage',
      model: 'anthropic/claude-sonnet-4-5',
      description: null,
      late: false,
      requests: 1204,
      inputTokens: 1_203_400,
      outputTokens: 310_200,
      amountUsd: '8.26302',
    },
    {
      ...counts,
      kind: 'usage',
      model: 'openai/gpt-5',
      description: null,
      late: true,
      requests: 3,
      amountUsd: '0.0042',
    },
    { ...counts, kind: 'plan-fee', model: null, description: 'Pro, November', late: false, amountUsd: '20' },
  ],
  chargesUsd: '28.26722',
  creditUsd: '5',
  walletUsd: '0',
  directUsd: '0',
  houseUsd: '0',
  netUsd: '23.26722',
  returnedUsd: '0',
  taxUsd: '5.3514606',
  roundingUsd: '0.0013194',
  dueUsd: '28.62',
  openUsd: '20.62',
  payments: [
    { transferId: 'tr_1', kind: 'invoice-paid', description: null, at: '2026-11-03T00:00:00.000Z', amountUsd: '8' },
  ],
  creditNotes: [],
  dueAt: '2026-11-15T00:00:00.000Z',
  settledAt: null,
  createdAt: '2026-11-01T00:10:00.000Z',
};

it.each([
  ['light', 1280],
  ['dark', 360],
] as const)('says line by line what is to be paid, %s at %d px', async (scheme, width) => {
  const visitor = await rig.visit({ path: '/wallet', scheme, width });
  const { page } = visitor;
  await page.route('**/api/v1/invoices?*', (route) => route.fulfill({ json: { data: [invoice], next: null } }));
  await page.route('**/api/v1/invoices/inv_1', (route) => route.fulfill({ json: invoice }));
  await visitor.go('/invoices');
  await page.getByRole('link', { name: 'INV-2026-0042' }).click();
  await page.getByRole('heading', { name: 'Invoice INV-2026-0042' }).waitFor();
  for (const text of ['October 2026', 'Tax, 23%', '$28.62', 'Pro, November']) {
    expect(await page.getByText(text).count()).toBeGreaterThan(0);
  }
  await visitor.screenshot('invoice');
  await visitor.expectAccessible();
  await visitor.expectNoOverflow();
  await page.route('**/api/v1/invoices/inv_1/pdf', (route) =>
    route.fulfill({
      contentType: 'application/pdf',
      headers: { 'content-disposition': 'attachment; filename="x.pdf"' },
      body: '%PDF',
    }),
  );
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'PDF' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('x.pdf');
  await page.getByText('Saved · 4 B').waitFor();
  await visitor.expectAccessible();
  await visitor.done();
});
