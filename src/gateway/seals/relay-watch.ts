/** Watches a relayed answer on the side: whose its seals are, and where the conversation was settled, what it calls. */
import type { Dialect, StreamParser } from '../../dialects/dialect.ts';
import { findSeals } from '../../dialects/seal-slots.ts';
import { parseJson } from '../../lib/json.ts';
import type { AnswerWatch } from './answer-watch.ts';

/** Seals have hundreds of characters: most frames, a word or two of text, need not be searched. */
const frameBytesMin = 160;

export class RelayWatch {
  readonly #dialect: Dialect;
  readonly #onSeal: (value: string) => void;
  /** Only few relayed answers are read: those to a conversation that could not pass as it was. */
  readonly #answer: AnswerWatch | undefined;
  #parser: StreamParser | undefined;

  constructor(dialect: Dialect, onSeal: (value: string) => void, answer?: AnswerWatch) {
    this.#dialect = dialect;
    this.#onSeal = onSeal;
    this.#answer = answer;
  }

  frame(event: string, data: Buffer): void {
    if (data.length >= frameBytesMin) for (const value of findSeals(data, this.#dialect.id)) this.#onSeal(value);
    const answer = this.#answer;
    if (answer === undefined) return;
    this.#quietly(() => {
      this.#parser ??= this.#dialect.parseStream((each) => answer.event(each));
      this.#parser.push({ event, data: data.toString('utf8') });
    });
  }

  whole(bytes: Buffer): void {
    for (const value of findSeals(bytes, this.#dialect.id)) this.#onSeal(value);
    const answer = this.#answer;
    if (answer === undefined) return;
    this.#quietly(() => {
      const body = parseJson(bytes, this.#dialect.rawKeys);
      this.#dialect.parseResponse(body, (each) => answer.event(each));
    });
  }

  /** The caller gets what the provider said, whether or not it can be read here. */
  #quietly(read: () => void): void {
    try {
      read();
    } catch {
      this.#parser = undefined;
    }
  }
}
