/** What is fuzzed: a function that takes any bytes and throws `Violation` when a guarantee is broken. */

export interface FuzzTarget {
  /** `sse`, `anthropic-stream` ...: also the folder of its crashes. */
  readonly id: string;
  /** Inputs to begin with: recordings, read where they lie, and what the fixtures of the matrix say. */
  seeds(): readonly Buffer[];
  /** Anything that it throws is a finding. */
  run(input: Buffer): void;
  /** JSON is mutated as a tree too. */
  readonly isJson?: boolean;
  /** Source files whose string literals are put into inputs. */
  readonly words: readonly string[];
  /** Makes a mutant acceptable again (checksums), so that what lies behind them is reached. */
  repair?(input: Buffer): Buffer;
}

export class Violation extends Error {
  override readonly name = 'Violation';
}

export function same(what: string, got: unknown, wanted: unknown): void {
  const [left, right] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (left !== right) throw new Violation(`${what}: ${left} is not ${right}`);
}

/** Places to cut an input at, the same for the same input. */
export function cutsOf(input: Buffer): readonly (readonly number[])[] {
  const size = input.length;
  if (size < 2) return [];
  let state = size;
  for (const byte of input.subarray(0, 64)) state = (Math.imul(state, 31) + byte) >>> 0;
  const some = [state % size, (state >>> 7) % size, (state >>> 13) % size].toSorted((a, b) => a - b);
  const each = size <= 512 ? Array.from({ length: size - 1 }, (_, i) => i + 1) : [];
  return [some, each].filter((cuts) => cuts.length > 0);
}

export function piecesOf(input: Buffer, cuts: readonly number[]): Buffer[] {
  return [0, ...cuts].map((from, i) => Buffer.from(input.subarray(from, cuts[i] ?? input.length)));
}
