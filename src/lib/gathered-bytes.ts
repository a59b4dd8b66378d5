/**
 * Bytes that come in pieces and are wanted whole. Joined at the end, twenty megabytes would be copied in one go, into
 * memory that the kernel has yet to find, which takes longer than the copy: so each piece goes to its place as it comes.
 */

/** Less is joined at the end: it takes no time, and most bodies are one piece. */
const smallBytes = 1024 * 1024;

/** Room for what was announced is made when this part of it is here: an announcement alone costs a caller nothing. */
const shareBeforeRoom = 1 / 16;

export class GatheredBytes {
  readonly #expectedBytes: number;
  #pieces: Buffer[] = [];
  #room: Buffer | undefined;
  /** So far. */
  length = 0;

  /** `expectedBytes`: how many will come, or 0 where nobody said. */
  constructor(expectedBytes: number) {
    this.#expectedBytes = expectedBytes;
  }

  add(piece: Buffer): void {
    const room = this.#roomFor(this.length + piece.length);
    if (room === undefined) this.#pieces.push(piece);
    else piece.copy(room, this.length);
    this.length += piece.length;
  }

  /** All of them. Nothing may be added afterwards. */
  whole(): Buffer {
    if (this.#room !== undefined) return this.#room.subarray(0, this.length);
    return this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces, this.length);
  }

  #roomFor(bytes: number): Buffer | undefined {
    if (bytes < smallBytes || bytes < this.#expectedBytes * shareBeforeRoom) return undefined;
    if (this.#room !== undefined && bytes <= this.#room.length) return this.#room;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#expectedBytes, 2 * bytes));
    let at = 0;
    for (const piece of this.#room === undefined ? this.#pieces : [this.#room.subarray(0, this.length)])
      at += piece.copy(larger, at);
    this.#pieces = [];
    this.#room = larger;
    return larger;
  }
}
