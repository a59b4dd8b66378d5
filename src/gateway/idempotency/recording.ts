/** What a caller gets of its answer, kept beside: the very bytes, up to a limit. */

/** Headers that describe the answer itself. Limits, costs and times are those of the request that made it. */
const lasting =
  /^(content-type|content-disposition|x-content-type-options|cache-control|x-accel-buffering|x-amzn-errortype|x-upstream-request-id|x-tollgate-(model|dropped|estimated))$/;

export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What all recordings of an instance hold together. */
export interface Room {
  bytes: number;
}

/** What keeps an answer beside, on its way to the caller. */
export interface AnswerKeeper {
  /** Somebody wants the rest of it, though its caller may have hung up. */
  readonly wanted: boolean;
  head(status: number, headers: Readonly<Record<string, string>>): void;
  /** `bytes`: as the caller gets them; `piece`: the same without what lies around its frames. */
  add(bytes: Buffer | string, piece: Buffer | string): void;
  end(): void;
}

export class Recording implements AnswerKeeper {
  readonly #bytesMax: number;
  readonly #room: Room;
  #status = 0;
  #headers: Record<string, string> = {};
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** There was more than is kept: nothing of it is. */
  full = false;
  /** All of it is here. */
  ended = false;

  constructor(bytesMax: number, room: Room) {
    this.#bytesMax = bytesMax;
    this.#room = room;
  }

  get wanted(): boolean {
    return !this.full;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  get pieces(): readonly Buffer[] {
    return this.#pieces;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status;
    this.#headers = Object.fromEntries(Object.entries(headers).filter(([name]) => lasting.test(name)));
  }

  add(bytes: Buffer | string, _piece: Buffer | string = bytes): void {
    if (this.full) return;
    const kept = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    if (this.#bytes + kept.length > this.#bytesMax) return this.drop();
    this.#bytes += kept.length;
    this.#room.bytes += kept.length;
    this.#pieces.push(kept);
  }

  end(): void {
    this.ended = true;
  }

  /** It is too long, or nobody will ask for it any more. */
  drop(): void {
    this.full = true;
    this.#pieces = [];
    this.#room.bytes -= this.#bytes;
    this.#bytes = 0;
  }

  /** Status and headers as a line of JSON, then the body. */
  pack(): Buffer {
    const head = JSON.stringify({ status: this.#status, headers: this.#headers });
    return Buffer.concat([Buffer.from(`${head}\n`), ...this.#pieces]);
  }
}

export function unpack(packed: Buffer): KeptAnswer {
  const end = packed.indexOf('\n');
  const head = JSON.parse(packed.toString('utf8', 0, end)) as Pick<KeptAnswer, 'status' | 'headers'>;
  return { ...head, body: packed.subarray(end + 1) };
}
