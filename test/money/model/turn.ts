/** What each step of a sequence is given, and how it tells what went wrong. */
import type { Store } from '../../../src/store/store.ts';
import type { Command } from './commands.ts';
import type { World } from './world.ts';

export interface RunOptions {
  readonly store: Store;
  /** How many other instances are alive: whoever lends leaves them their share. */
  readonly others: number;
  readonly tally: Map<string, number>;
}

/** What went wrong, with the sequence that did it. */
export class Mismatch extends Error {
  readonly index: number;
  constructor(index: number, step: number, message: string) {
    super(`sequence ${index}, step ${step}: ${message}`);
    this.index = index;
  }
}

export interface Turn<C extends Command = Command> {
  readonly world: World;
  readonly command: C;
  readonly index: number;
  readonly step: number;
}

export type Only<T extends Command['type']> = Turn<Extract<Command, { type: T }>>;

export const wrong = ({ index, step, command }: Turn, message: string): Mismatch =>
  new Mismatch(index, step, `${JSON.stringify(command)}: ${message}`);

export function count({ tally }: RunOptions, what: string, more = 1): void {
  if (more > 0) tally.set(what, (tally.get(what) ?? 0) + more);
}
