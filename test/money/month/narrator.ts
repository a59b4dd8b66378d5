/** Tells what happens, and compares each figure with what it must be. */
import { formatUsd } from '../../../src/lib/money.ts';

export class Narrator {
  readonly #print: (line: string) => void;
  /** What was not as it must be. */
  readonly mismatches: string[] = [];
  checks = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  day(time: string, title: string): void {
    this.#print(`\n== ${time.slice(0, 10)} ${time.slice(11, 16)} == ${title}\n`);
  }

  say(text: string): void {
    this.#print(`  ${text}`);
  }

  /** Where a figure comes from. */
  because(text: string): void {
    this.#print(`      ${text}`);
  }

  /** Both in nano-dollars, or both of anything else. */
  same<T extends bigint | string | number>(what: string, found: T, expected: T): void {
    this.checks++;
    if (found === expected) return;
    const mismatch = `${what} is ${shown(found)} and must be ${shown(expected)}`;
    this.mismatches.push(mismatch);
    this.#print(`  MISMATCH ${mismatch}`);
  }

  /** Columns of a table; every cell but the first stands at the right. */
  table(head: readonly string[], rows: readonly (readonly (string | bigint)[])[]): void {
    const texts = [head, ...rows.map((row) => row.map((cell) => shown(cell)))];
    const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
    for (const [i, row] of texts.entries()) {
      const cells = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      });
      this.#print(`  ${cells.join('  ').trimEnd()}`);
      if (i === 0) this.#print(`  ${widths.map((width) => '-'.repeat(width)).join('  ')}`);
    }
  }
}

export function shown(value: bigint | string | number): string {
  return typeof value === 'bigint' ? formatUsd(value) : String(value);
}

export const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
