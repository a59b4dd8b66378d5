import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import type { StoredLine } from '../../store/schema/invoices.ts';
import { invoiceCsv } from './csv.ts';
import { amountText, renderPdf } from './pdf.ts';
import type { Invoice } from './records.ts';
import { creditNoteSheet, invoiceSheet, receiptSheet } from './sheet.ts';

const madeAt = new Date('2026-11-01T01:00:00Z');

function line(amountNanoUsd: bigint, more: Partial<StoredLine> = {}): StoredLine {
  return {
    kind: 'usage',
    model: 'openai/gpt-5',
    requests: 1_234,
    inputTokens: 98_765_432,
    outputTokens: 5,
    cacheReadTokens: 2,
    cacheWriteTokens: 1,
    amountNanoUsd: String(amountNanoUsd),
    ...more,
  };
}

function invoice(lines: readonly StoredLine[], more: Partial<Invoice> = {}): Invoice {
  const charges = lines.reduce((sum, { amountNanoUsd }) => sum + BigInt(amountNanoUsd), 0n);
  return {
    id: 'inv_x',
    organization_id: 'org_x',
    serial: 42,
    number: 'INV-000042',
    period: '2026-10',
    period_start: new Date('2026-09-30T22:00:00Z'),
    period_end: new Date('2026-10-31T23:00:00Z'),
    time_zone: 'Europe/Berlin',
    from_link: 0,
    to_link: 9,
    seller: { name: 'Müller & Söhne GmbH', address: ['Straße 7'], taxName: 'MwSt', footer: ['Zahlbar in $ oder €'] },
    buyer: { name: 'Łukasz Żółć', address: ['Київ'], taxId: 'PL526' },
    tax_basis_points: 1900,
    reverse_charge: false,
    lines,
    payments: [],
    charges_nano_usd: charges,
    credit_nano_usd: 0n,
    wallet_nano_usd: 0n,
    direct_nano_usd: 0n,
    house_nano_usd: 0n,
    net_nano_usd: charges,
    returned_nano_usd: 0n,
    tax_nano_usd: 420_000_000n,
    rounding_nano_usd: -4_567_895n,
    due_nano_usd: 2_650_000_000n,
    transfer_id: 'tr_x',
    status: 'open',
    paid_by: null,
    due_at: new Date('2026-11-15T00:00:00Z'),
    settled_at: null,
    created_at: madeAt,
    creditNotes: [],
    openNanoUsd: 2_650_000_000n,
    ...more,
  };
}

async function pagesOf(pdf: Buffer): Promise<readonly string[]> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: false });
  return text.map((page) => page.replaceAll(/\s+/g, ' '));
}

describe('the PDF of an invoice', () => {
  it('says who, what and how much, exactly, in any European script', async () => {
    const [text = ''] = await pagesOf(await renderPdf(invoiceSheet(invoice([line(2_234_567_895n)])), madeAt));
    for (const told of [
      'Müller & Söhne GmbH',
      'Straße 7',
      'Łukasz Żółć',
      'Київ',
      'Zahlbar in $ oder €',
      'INV-000042',
    ]) {
      expect(text).toContain(told);
    }
    expect(text).toContain('2026-10-01 to 2026-10-31');
    expect(text).toMatch(/openai\/gpt-5 1,234 98,765,432 5 3 2\.23 ?4567895/);
    expect(text).toMatch(/MwSt 19 % 0\.42/);
    expect(text).toMatch(/Rounding to cents \u22120\.00 ?4567895/);
    expect(text).toMatch(/Total due \(USD\) 2\.65/);
  });

  it('goes on over pages with its heads and page numbers, and loses no line', async () => {
    const lines = Array.from({ length: 400 }, (_, i) => line(BigInt(i + 1), { model: `vendor/model-${i + 1}-end` }));
    const pages = await pagesOf(await renderPdf(invoiceSheet(invoice(lines)), madeAt));
    expect(pages.length).toBeGreaterThan(5);
    pages.forEach((page, i) => {
      expect(page).toContain(`Invoice INV-000042 · ${i + 1} / ${pages.length}`);
    });
    const whole = pages.join(' ');
    for (const { model } of lines) expect(whole).toContain(model);
    const withLines = pages.filter((page) => page.includes('vendor/model'));
    for (const page of withLines) expect(page).toContain('Description Requests Input Output Cached Amount (USD)');
    expect(pages.filter((page) => page.includes('Total due'))).toHaveLength(1);
  });

  it('names reverse charge, late usage, what was paid before, and its credit notes', async () => {
    const note = {
      id: 'cn_x',
      invoice_id: 'inv_x',
      organization_id: 'org_x',
      serial: 1,
      number: 'CN-000001',
      amount_nano_usd: 1_190_000_000n,
      tax_nano_usd: 190_000_000n,
      goes_to: 'owed' as const,
      reason: 'Ausfall am 3.',
      transfer_id: 'tr_y',
      created_at: madeAt,
    };
    const made = invoice([line(5n, { late: true })], {
      reverse_charge: true,
      wallet_nano_usd: 7n,
      creditNotes: [note],
    });
    const [text = ''] = await pagesOf(await renderPdf(invoiceSheet(made), madeAt));
    expect(text).toContain('Reverse charge');
    expect(text).toContain('used before this period');
    expect(text).toMatch(/Paid from the balance \u22120\.00 ?0000007/);
    expect(text).toContain('Credited by CN-000001: $1.19.');
    const [credit = ''] = await pagesOf(await renderPdf(creditNoteSheet({ ...note, invoice: made }), madeAt));
    expect(credit).toMatch(
      /Credit note .*CN-000001 .*INV-000042 of 2026-11-01 .*Ausfall am 3\. 1\.00 .*Total credited \(USD\) 1\.19/,
    );
  });

  it('of a payment is a receipt with the tax in it', async () => {
    const receipt = {
      id: 'tr_1',
      organizationId: 'org_x',
      paidAtMs: madeAt.getTime(),
      by: 'stripe' as const,
      amountNanoUsd: 119_000_000_000n,
      seller: { name: 'S', taxName: 'VAT' },
      buyer: { name: 'B' },
      taxBasisPoints: 1900,
      taxNanoUsd: 19_000_000_000n,
      timeZone: 'UTC',
    };
    const [text = ''] = await pagesOf(await renderPdf(receiptSheet(receipt), madeAt));
    expect(text).toMatch(
      /Receipt .*tr_1 .*2026-11-01 .*card .*119\.00 .*Includes VAT 19 % 19\.00 .*Total paid \(USD\) 119\.00/,
    );
  });

  it('shows amounts in cents with what is finer after them, losing nothing', () => {
    expect(amountText(1_234_567_891_234_567n)).toEqual({ cents: '1,234,567.89', tail: '1234567' });
    expect(amountText(-1n)).toEqual({ cents: '\u22120.00', tail: '0000001' });
    expect(amountText(1_000_000_000_000n)).toEqual({ cents: '1,000.00', tail: '' });
  });
});

describe('the CSV of an invoice', () => {
  it('has every line and total, exact, and no text that a table program would run', () => {
    const made = invoice([
      line(2_234_567_895n, { model: '=HYPERLINK("http://x","a")' }),
      line(-3n, { kind: 'plan-refund' }),
    ]);
    const rows = invoiceCsv(made).split('\r\n');
    expect(rows[1]).toBe(
      'INV-000042,2026-10,line,usage,"\'=HYPERLINK(""http://x"",""a"")",,1234,98765432,5,2,1,2.234567895',
    );
    expect(rows[2]).toMatch(/,-0\.000000003$/);
    expect(rows).toContain('INV-000042,2026-10,total,,Total due,,,,,,,2.65');
    expect(rows).toContain('INV-000042,2026-10,total,,Rounding to cents,,,,,,,-0.004567895');
    expect(rows.at(-1)).toBe('');
  });
});
