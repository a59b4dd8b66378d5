/** A whole answer of the caller's own dialect: looked at, then sent as it came. */
import type { Dialect } from '../../dialects/dialect.ts';
import { parseJson } from '../../lib/json.ts';
import { type AnswerHost, type AnswerReader, cutShort } from './answer.ts';
import { emptyTally, type Tally } from './tally.ts';
import { asAnswerError } from './translated-answer.ts';

export class RelayWhole implements AnswerReader {
  tally: Tally = emptyTally;
  readonly #dialect: Dialect;
  readonly #host: AnswerHost;
  readonly #chunks: Buffer[] = [];

  constructor(dialect: Dialect, host: AnswerHost) {
    this.#dialect = dialect;
    this.#host = host;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  end(): void {
    const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    try {
      const body = parseJson(bytes);
      const error = this.#dialect.checkResponse(body);
      if (error !== undefined) return this.#host.fail(error);
      const read = this.#dialect.readUsage(body);
      this.tally = {
        usage: read?.usage,
        usageFlags: read?.flags ?? [],
        outputTokensSeen: outputOf(bytes),
        complete: true,
      };
    } catch (error) {
      return this.#host.fail(asAnswerError(error));
    }
    this.#host.showWhole(bytes, this.tally);
    this.#host.complete();
  }

  broken(why: string): void {
    this.#host.fail(cutShort(why));
  }
}

/** Only used when the provider says nothing of its output: four bytes of the answer's JSON to a token. */
function outputOf(bytes: Buffer): number {
  return Math.ceil(bytes.length / 4);
}
