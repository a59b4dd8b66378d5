/** Answers about what a provider keeps: JSON is looked at and sent as it came, contents pass as bytes. */
import type { JsonObject } from '../../dialects/dialect.ts';
import { type JsonEdit, scanJson, spliceJson } from '../../lib/json.ts';
import { LineCutter } from '../../lib/lines.ts';
import { type AnswerHost, type AnswerReader, cutShort } from '../answer/answer.ts';
import { EventTally } from '../answer/tally.ts';

/** What is done with it; returns fields to replace in what the caller gets. */
export type OnObject = (body: JsonObject) => readonly JsonEdit[];

export class ObjectReader implements AnswerReader {
  readonly tally = new EventTally();
  readonly #host: AnswerHost;
  readonly #onObject: OnObject;
  readonly #bytesMax: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(host: AnswerHost, onObject: OnObject, bytesMax: number) {
    this.#host = host;
    this.#onObject = onObject;
    this.#bytesMax = bytesMax;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#bytesMax) this.#host.fail(cutShort(`more than ${this.#bytesMax} bytes`));
    else this.#chunks.push(chunk);
  }

  end(): void {
    const bytes = Buffer.concat(this.#chunks);
    let answer: Buffer;
    try {
      const body = JSON.parse(bytes.toString('utf8')) as JsonObject;
      const edits = this.#onObject(body);
      answer = edits.length === 0 ? bytes : Buffer.concat(spliceJson(scanJson(bytes), edits));
    } catch {
      return this.#host.fail(cutShort('no JSON object'));
    }
    this.tally.complete = true;
    this.#host.showWhole(answer, this.tally);
    this.#host.complete();
  }

  broken(why: string): void {
    this.#host.fail(cutShort(why));
  }
}

/** The longest line of results that is read; a longer one passes all the same. */
const lineBytesMax = 16 * 1024 * 1024;

export class ContentReader implements AnswerReader {
  readonly tally = new EventTally();
  readonly #host: AnswerHost;
  readonly #onWhole: (() => void) | undefined;
  readonly #lines: LineCutter | undefined;
  #shown = false;

  /** `onLine`: sees each line before the caller does. `onWhole`: all of them were seen. */
  constructor(host: AnswerHost, onLine?: (line: Buffer) => void, onWhole?: () => void) {
    this.#host = host;
    this.#onWhole = onWhole;
    this.#lines = onLine && new LineCutter(onLine, lineBytesMax);
  }

  push(chunk: Buffer): void {
    this.#shown = true;
    this.#lines?.push(chunk);
    this.#host.show(chunk);
  }

  end(): void {
    this.#lines?.end();
    this.#onWhole?.();
    this.tally.complete = true;
    // An empty file is a file.
    if (this.#shown) this.#host.complete();
    else {
      this.#host.showWhole(Buffer.alloc(0), this.tally);
      this.#host.complete();
    }
  }

  broken(why: string): void {
    this.#host.fail(cutShort(why));
  }
}
