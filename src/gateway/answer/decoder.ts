/**
 * Providers are asked for plain bytes. One that compresses all the same is read through a decompressor with a ceiling;
 * stacked encodings are refused, as they only serve bombs.
 */
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { LlmError } from '../../llm/error.ts';
import type { AnswerReader } from './answer.ts';
import type { Tally } from './tally.ts';

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** The reader itself for plain bytes, one that decompresses into it otherwise, or why the answer is refused. */
export function decoded(reader: AnswerReader, encoding: string | undefined, bytesMax: number): AnswerReader | LlmError {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return reader;
  const make = decoders[encoding.trim().toLowerCase()];
  if (make === undefined) {
    return {
      kind: 'upstream',
      message: "The provider's answer has a content-encoding that was not asked for.",
      code: 'upstream_encoding',
    };
  }
  return new DecodedReader(reader, make(), bytesMax);
}

class DecodedReader implements AnswerReader {
  readonly #reader: AnswerReader;
  readonly #decoder: Transform;
  #over = false;

  constructor(reader: AnswerReader, decoder: Transform, bytesMax: number) {
    this.#reader = reader;
    this.#decoder = decoder;
    let bytes = 0;
    decoder.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) this.broken(`more than ${bytesMax} bytes after decompression`);
      else if (!this.#over) reader.push(chunk);
    });
    decoder.on('end', () => this.#finish(() => reader.end()));
    decoder.on('error', (error) => this.broken(error.message));
  }

  get tally(): Tally {
    return this.#reader.tally;
  }

  push(chunk: Buffer): void {
    if (!this.#over) this.#decoder.write(chunk);
  }

  end(): void {
    if (!this.#over) this.#decoder.end();
  }

  broken(why: string): void {
    this.#decoder.destroy();
    this.#finish(() => this.#reader.broken(why));
  }

  #finish(tell: () => void): void {
    if (this.#over) return;
    this.#over = true;
    tell();
  }
}
