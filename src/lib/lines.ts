/** Lines cut from bytes as they arrive. Blank ones are left out. */

const LF = 10;

export class LineCutter {
  readonly #onLine: (line: Buffer) => void;
  readonly #bytesMax: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #tooLong = false;

  /** A line that is longer than `bytesMax` comes as its first bytes. */
  constructor(onLine: (line: Buffer) => void, bytesMax: number) {
    this.#onLine = onLine;
    this.#bytesMax = bytesMax;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      this.#add(chunk.subarray(from, end));
      this.end();
      from = end + 1;
    }
    this.#add(chunk.subarray(from));
  }

  /** The last line may have no end. */
  end(): void {
    if (this.#bytes > 0)
      this.#onLine(this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#bytes = 0;
    this.#tooLong = false;
  }

  #add(piece: Buffer): void {
    if (piece.length === 0 || this.#tooLong) return;
    const kept = piece.subarray(0, this.#bytesMax - this.#bytes);
    this.#tooLong = kept.length < piece.length;
    this.#pieces.push(kept);
    this.#bytes += kept.length;
  }
}
