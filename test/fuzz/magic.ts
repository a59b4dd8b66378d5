/** What the fuzzer is tried on: a bug behind four bytes in a row. */
import { Violation } from './target.ts';

export function refuseMagic(input: Buffer): void {
  if (input[0] !== 70) return;
  if (input[1] !== 85) return;
  if (input[2] !== 90) return;
  if (input[3] === 33) throw new Violation('magic');
}
