/** Draws a sheet as PDF: A4, one column, heads again on every page. https://pdfkit.org/docs/getting_started.html */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type PDFDocument from 'pdfkit';
import { formatUsd } from '../../lib/money.ts';
import type { StoredParty } from '../../store/schema/invoices.ts';
import type { Sheet, SheetPayment, SheetRow, SheetTable, SheetTotal } from './sheet.ts';

type Pdf = InstanceType<typeof PDFDocument>;

const page = { width: 595.28, height: 841.89, left: 56, right: 56, top: 56, bottom: 78 };
const inner = page.width - page.left - page.right;
const right = page.width - page.right;
const ink = { text: '#1b1f24', soft: '#6a737d', line: '#d0d7de', strong: '#000000' };
const size = { title: 20, text: 9, cell: 8.5, small: 7.5 };
const rowGap = 5;
/** Behind the cents: what is smaller than a cent is written lighter, so that amounts are read as money. */
const tailWidth = 38;

let fonts: { readonly regular: Buffer; readonly bold: Buffer } | undefined;

/** Embedded, because the fonts that every reader has know Western European letters alone. */
function loadFonts() {
  fonts ??= {
    regular: readFont(import.meta.resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf')),
    bold: readFont(import.meta.resolve('@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf')),
  };
  return fonts;
}

function readFont(url: string): Buffer {
  return readFileSync(fileURLToPath(url));
}

/** The whole file. `madeAt` is in its properties: the same sheet made at the same time is the same file. */
export async function renderPdf(sheet: Sheet, madeAt: Date): Promise<Buffer> {
  // Only when a document is drawn: every command of the command line would wait for it.
  const { default: Document } = await import('pdfkit');
  const { regular, bold } = loadFonts();
  const margins = { left: page.left, right: page.right, top: page.top, bottom: page.bottom };
  const pdf = new Document({
    size: 'A4',
    margins,
    bufferPages: true,
    lang: 'en',
    info: { Title: `${sheet.title} ${sheet.number}`, Author: sheet.seller.name ?? '', CreationDate: madeAt },
  });
  pdf.registerFont('regular', regular).registerFont('bold', bold);
  const parts: Buffer[] = [];
  pdf.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve, reject) => pdf.on('end', resolve).on('error', reject));
  draw(pdf, sheet);
  pdf.end();
  await ended;
  return Buffer.concat(parts);
}

function draw(pdf: Pdf, sheet: Sheet): void {
  drawHead(pdf, sheet);
  for (const table of sheet.tables) drawTable(pdf, table);
  drawTotals(pdf, sheet.totals);
  drawNotes(pdf, sheet.notes);
  drawPayments(pdf, sheet.payments);
  drawFeet(pdf, sheet);
}

function write(pdf: Pdf, font: 'regular' | 'bold', points: number, color: string): Pdf {
  return pdf.font(font).fontSize(points).fillColor(color);
}

function drawHead(pdf: Pdf, { title, seller, buyer, facts }: Sheet): void {
  write(pdf, 'bold', size.title, ink.strong).text(title, page.left, page.top);
  const half = inner / 2 - 12;
  const top = pdf.y + 14;
  drawParty(pdf, 'From', seller, page.left, top, half);
  const fromEnd = pdf.y;
  drawParty(pdf, 'To', buyer, page.left, fromEnd + 14, half);
  const partiesEnd = pdf.y;
  const factsLeft = page.left + inner / 2 + 12;
  let y = top;
  for (const [label, value] of facts) {
    write(pdf, 'regular', size.text, ink.soft).text(label, factsLeft, y, { width: 70 });
    write(pdf, 'regular', size.text, ink.text).text(value, factsLeft + 74, y, { width: right - factsLeft - 74 });
    y = pdf.y + 3;
  }
  pdf.x = page.left;
  pdf.y = Math.max(partiesEnd, y) + 26;
}

function drawParty(pdf: Pdf, label: string, party: StoredParty, x: number, y: number, width: number): void {
  write(pdf, 'regular', size.small, ink.soft).text(label, x, y, { width });
  write(pdf, 'bold', size.text, ink.text).text(party.name ?? '', x, pdf.y + 1, { width });
  const lines = [...(party.address ?? []), ...(party.taxId ? [`Tax id ${party.taxId}`] : []), party.email ?? ''];
  write(pdf, 'regular', size.text, ink.text);
  for (const line of lines.filter(Boolean)) pdf.text(line, x, pdf.y, { width });
}

/** Of the columns between the description and the amount. */
const cellWidths = [46, 64, 60, 56];
const amountWidth = 60;

/** The description takes what the columns of numbers leave. */
function columnsOf(count: number) {
  const widths = cellWidths.slice(0, Math.max(count - 2, 0));
  const textWidth = inner - amountWidth - tailWidth - widths.reduce((sum, width) => sum + width, 0);
  let x = page.left + textWidth;
  const cells = widths.map((width) => {
    x += width;
    return { left: x - width, width };
  });
  return { textWidth, cells, amountRight: right - tailWidth };
}

function drawTable(pdf: Pdf, table: SheetTable): void {
  drawTableHead(pdf, table);
  for (const row of table.rows) {
    const height = rowHeight(pdf, table, row);
    if (pdf.y + height > page.height - page.bottom) {
      newPage(pdf);
      drawTableHead(pdf, table);
    }
    drawRow(pdf, table, row, height);
  }
}

function drawTableHead(pdf: Pdf, { head }: SheetTable): void {
  const { textWidth, cells, amountRight } = columnsOf(head.length);
  const y = pdf.y;
  write(pdf, 'bold', size.small, ink.soft).text(head[0] ?? '', page.left, y, { width: textWidth });
  cells.forEach(({ left, width }, i) => {
    pdf.text(head[i + 1] ?? '', left, y, { width, align: 'right' });
  });
  pdf.text(`${head.at(-1)} (USD)`, amountRight - 100, y, { width: 100, align: 'right' });
  rule(pdf, y + 14);
  pdf.y = y + 14 + rowGap;
}

function rowHeight(pdf: Pdf, { head }: SheetTable, { text, detail }: SheetRow): number {
  const width = columnsOf(head.length).textWidth - 8;
  const height = write(pdf, 'regular', size.text, ink.text).heightOfString(text, { width });
  const more = detail === undefined ? 0 : pdf.fontSize(size.small).heightOfString(detail, { width });
  return height + more + rowGap;
}

function drawRow(pdf: Pdf, { head }: SheetTable, row: SheetRow, height: number): void {
  const { text, detail, amountNanoUsd } = row;
  const { textWidth, cells, amountRight } = columnsOf(head.length);
  const y = pdf.y;
  write(pdf, 'regular', size.text, ink.text).text(text, page.left, y, { width: textWidth - 8 });
  if (detail !== undefined) {
    write(pdf, 'regular', size.small, ink.soft).text(detail, page.left, pdf.y, { width: textWidth - 8 });
  }
  write(pdf, 'regular', size.cell, ink.text);
  cells.forEach(({ left, width }, i) => {
    pdf.text(row.cells[i] ?? '', left, y + 0.5, { width, align: 'right', lineBreak: false });
  });
  drawAmount(pdf, amountNanoUsd, amountRight, y, false);
  pdf.y = y + height;
}

/** Aligned at the cents; what is finer follows lighter. */
function drawAmount(pdf: Pdf, amountNanoUsd: bigint, x: number, y: number, strong: boolean): void {
  const { cents, tail } = amountText(amountNanoUsd);
  const font = strong ? 'bold' : 'regular';
  write(pdf, font, size.text, strong ? ink.strong : ink.text);
  pdf.text(cents, x - 120, y, { width: 120, align: 'right', lineBreak: false });
  if (tail !== '') write(pdf, 'regular', size.text, ink.soft).text(tail, x + 0.4, y, { lineBreak: false });
}

/** `-1,234.56` and `789`: exact, and together the whole amount. */
export function amountText(amountNanoUsd: bigint): { readonly cents: string; readonly tail: string } {
  const [whole = '', fraction = ''] = formatUsd(amountNanoUsd < 0n ? -amountNanoUsd : amountNanoUsd)
    .slice(1)
    .split('.');
  const sign = amountNanoUsd < 0n ? '\u2212' : '';
  return {
    cents: `${sign}${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${fraction.slice(0, 2)}`,
    tail: fraction.slice(2),
  };
}

function drawTotals(pdf: Pdf, totals: readonly SheetTotal[]): void {
  const height = totals.length * 16 + 16;
  if (pdf.y + height > page.height - page.bottom) newPage(pdf);
  rule(pdf, pdf.y + 2);
  let y = pdf.y + 10;
  for (const { label, amountNanoUsd, strong = false } of totals) {
    if (strong) rule(pdf, y - 2, page.left + inner / 2);
    if (strong) y += 4;
    const color = strong ? ink.strong : ink.text;
    write(pdf, strong ? 'bold' : 'regular', size.text, color).text(
      strong ? `${label} (USD)` : label,
      page.left + inner / 2,
      y,
      { width: 150 },
    );
    drawAmount(pdf, amountNanoUsd, right - tailWidth, y, strong);
    y += 16;
  }
  pdf.y = y + 8;
}

function drawNotes(pdf: Pdf, notes: readonly string[]): void {
  for (const note of notes) {
    const width = inner * 0.75;
    const height = write(pdf, 'regular', size.small, ink.soft).heightOfString(note, { width });
    if (pdf.y + height > page.height - page.bottom) newPage(pdf);
    pdf.text(note, page.left, pdf.y, { width });
    pdf.y += 3;
  }
}

function drawPayments(pdf: Pdf, payments: readonly SheetPayment[]): void {
  if (payments.length === 0) return;
  const head = () => {
    write(pdf, 'bold', size.small, ink.soft).text('For information: the account in this period', page.left, pdf.y);
    rule(pdf, pdf.y + 2);
    pdf.y += 2 + rowGap;
  };
  if (pdf.y + 60 > page.height - page.bottom) newPage(pdf);
  else pdf.y += 16;
  head();
  for (const { date, text, amountNanoUsd } of payments) {
    const width = inner - 200;
    const height = write(pdf, 'regular', size.text, ink.text).heightOfString(text, { width }) + 3;
    if (pdf.y + height > page.height - page.bottom) {
      newPage(pdf);
      head();
      write(pdf, 'regular', size.text, ink.text);
    }
    const y = pdf.y;
    pdf.text(date, page.left, y, { width: 70, lineBreak: false });
    pdf.text(text, page.left + 70, y, { width });
    drawAmount(pdf, amountNanoUsd, right - tailWidth, y, false);
    pdf.y = y + height;
  }
}

function rule(pdf: Pdf, y: number, from = page.left): void {
  pdf.moveTo(from, y).lineTo(right, y).lineWidth(0.5).strokeColor(ink.line).stroke();
}

function newPage(pdf: Pdf): void {
  pdf.addPage();
  pdf.x = page.left;
  pdf.y = page.top;
}

/** Written last, when it is known how many pages there are; the margin is lifted so that a foot makes no page. */
function drawFeet(pdf: Pdf, { title, number, footer }: Sheet): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let i = start; i < start + count; i++) {
    pdf.switchToPage(i);
    pdf.page.margins.bottom = 0;
    const y = page.height - page.bottom + 18;
    rule(pdf, y);
    write(pdf, 'regular', size.small, ink.soft);
    pdf.text(footer.join('  ·  '), page.left, y + 6, { width: inner, height: 24, ellipsis: true });
    const told = `${title} ${number}  ·  ${i - start + 1} / ${count}`;
    pdf.text(told, right - 200, y + (footer.length > 0 ? 32 : 6), { width: 200, align: 'right', lineBreak: false });
  }
}
