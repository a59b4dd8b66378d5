/** A whole answer of the caller's own dialect: looked at, then sent as it came. */
import type { Dialect, JsonObject } from '../../dialects/dialect.ts';
import type { RelayWatch } from '../seals/relay-watch.ts';
import { type AnswerHost, type AnswerReader, cutShort } from './answer.ts';
import { EventTally, emptyTally, type Tally } from './tally.ts';
import { asAnswerError } from './translated-answer.ts';

export class RelayWhole implements AnswerReader {
  tally: Tally = emptyTally;
  readonly #dialect: Dialect;
  readonly #host: AnswerHost;
  readonly #watch: RelayWatch | undefined;
  readonly #chunks: Buffer[] = [];

  constructor(dialect: Dialect, host: AnswerHost, watch?: RelayWatch) {
    this.#dialect = dialect;
    this.#host = host;
    this.#watch = watch;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  end(): void {
    const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    try {
      const body = parseObject(bytes);
      const error = this.#dialect.checkResponse(body);
      if (error !== undefined) return this.#host.fail(error);
      const read = this.#dialect.readUsage(body);
      this.tally = {
        usage: read?.usage,
        usageFlags: read?.flags ?? [],
        outputTokensSeen: read?.usage.output ? 0 : this.#count(body),
        complete: true,
        answerId: this.#dialect.keptId?.(body),
      };
    } catch (error) {
      return this.#host.fail(asAnswerError(error));
    }
    this.#watch?.whole(bytes);
    this.#host.showWhole(bytes, this.tally);
    this.#host.complete();
  }

  /** Only where the provider does not say, or says none: what there is to read is counted. */
  #count(body: JsonObject): number {
    const tally = new EventTally();
    try {
      this.#dialect.parseResponse(body, (event) => tally.count(event));
    } catch {
      // The caller gets what the provider said; what of it can be read counts.
    }
    return tally.outputTokensSeen;
  }

  broken(why: string): void {
    this.#host.fail(cutShort(why));
  }
}

/** The bytes are sent as they came, so they are only read: no scan, nothing kept raw. Throws SyntaxError. */
function parseObject(bytes: Buffer): JsonObject {
  const value: unknown = JSON.parse(bytes.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('not a JSON object');
  return value as JsonObject;
}
