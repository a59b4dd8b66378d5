/** An answer whose stream lies in another one: what its reader gets is the stream inside. Whole answers pass as they are. */
import { ChunkUnwrapper, isEventStream } from '../../dialects/bedrock-converse/chunks.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { AnswerReader } from './answer.ts';
import type { Tally } from './tally.ts';

export class UnwrappedReader implements AnswerReader {
  readonly #reader: AnswerReader;
  readonly #unwrapper: ChunkUnwrapper;
  #isWrapped: boolean | undefined;
  #isBroken = false;

  constructor(reader: AnswerReader, dialect: Dialect) {
    this.#reader = reader;
    this.#unwrapper = new ChunkUnwrapper(
      (frames) => reader.push(frames),
      (error) => dialect.renderStreamError(error, ''),
    );
  }

  get tally(): Tally {
    return this.#reader.tally;
  }

  push(chunk: Buffer): void {
    if (this.#isBroken) return;
    this.#isWrapped ??= isEventStream(chunk);
    if (this.#isWrapped === undefined) return;
    if (!this.#isWrapped) return this.#reader.push(chunk);
    try {
      this.#unwrapper.push(chunk);
    } catch (error) {
      this.broken(error instanceof Error ? error.message : String(error));
    }
  }

  end(): void {
    if (!this.#isBroken) this.#reader.end();
  }

  broken(why: string): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#reader.broken(why);
  }
}
