/**
 * A form (multipart/form-data) cut from bytes as they arrive, with the place of each part, so that a form can be relayed
 * with one of its fields replaced. It is stricter than the standard allows: what two readers could read differently is
 * refused. https://www.rfc-editor.org/rfc/rfc7578 · https://www.rfc-editor.org/rfc/rfc2046#section-5.1
 */

export interface PartHead {
  readonly name: string;
  /** Present for a file. */
  readonly filename: string | undefined;
  /** Where its content begins, in bytes from the start of the form. */
  readonly start: number;
}

export interface MultipartHandler {
  part(head: PartHead): void;
  /** A piece of the content of the last part. */
  data(piece: Buffer): void;
  /** The last part is whole. `end`: where its content ends. */
  partEnd(end: number): void;
}

export class MultipartRefused extends Error {
  override readonly name = 'MultipartRefused';
}

/** More than any client writes about a part. */
const headBytesMax = 8 * 1024;
const partsMax = 1024;

/** The boundary of a content type. Throws MultipartRefused when there is none, or one that is no boundary. */
export function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (
    boundary === undefined ||
    !/^[\x20-\x7e]*[\x21-\x7e]$/.test(boundary) ||
    /boundary=.*boundary=/i.test(contentType)
  )
    throw new MultipartRefused('the content type has no valid boundary');
  return boundary;
}

type State = 'start' | 'head' | 'content' | 'after' | 'over';

export class MultipartScanner {
  readonly #handler: MultipartHandler;
  readonly #opening: Buffer;
  readonly #delimiter: Buffer;
  #state: State = 'start';
  /** Bytes that came and were not read yet, and where they begin in the form. */
  #held: Buffer = Buffer.alloc(0);
  #offset = 0;
  #parts = 0;

  constructor(boundary: string, handler: MultipartHandler) {
    this.#handler = handler;
    this.#opening = Buffer.from(`--${boundary}\r\n`);
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /** Throws MultipartRefused. */
  push(chunk: Buffer): void {
    if (this.#state === 'over') return;
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (this.#step());
  }

  /** The form has ended. Throws MultipartRefused when it was cut. */
  end(): void {
    if (this.#state !== 'over') throw new MultipartRefused('the form ends before its closing boundary');
  }

  /** False: nothing more can be read of what came. */
  #step(): boolean {
    switch (this.#state) {
      case 'start':
        return this.#start();
      case 'head':
        return this.#head();
      case 'content':
        return this.#content();
      case 'after':
        return this.#after();
      case 'over':
        return false;
    }
  }

  #start(): boolean {
    const { length } = this.#opening;
    const known = Math.min(length, this.#held.length);
    if (!this.#held.subarray(0, known).equals(this.#opening.subarray(0, known)))
      throw new MultipartRefused('the form does not begin with its boundary');
    if (known < length) return false;
    this.#take(length);
    this.#state = 'head';
    return true;
  }

  #head(): boolean {
    const end = this.#held.indexOf('\r\n\r\n');
    if (end > headBytesMax || (end === -1 && this.#held.length > headBytesMax))
      throw new MultipartRefused(`the headers of a part are larger than ${headBytesMax} bytes`);
    if (end === -1) return false;
    if (++this.#parts > partsMax) throw new MultipartRefused(`the form has more than ${partsMax} parts`);
    const text = this.#held.toString('utf8', 0, end);
    this.#take(end + 4);
    this.#handler.part({ ...readHead(text), start: this.#offset });
    this.#state = 'content';
    return true;
  }

  #content(): boolean {
    const found = this.#held.indexOf(this.#delimiter);
    // What may be the beginning of a delimiter waits for its rest.
    const end = found === -1 ? Math.max(0, this.#held.length - this.#delimiter.length + 1) : found;
    if (end > 0) this.#handler.data(this.#take(end));
    if (found === -1) return false;
    this.#handler.partEnd(this.#offset);
    this.#take(this.#delimiter.length);
    this.#state = 'after';
    return true;
  }

  #after(): boolean {
    if (this.#held.length < 2) return false;
    const mark = this.#take(2).toString('latin1');
    if (mark === '--') this.#state = 'over';
    else if (mark === '\r\n') this.#state = 'head';
    else throw new MultipartRefused('a boundary stands inside a part');
    return this.#state !== 'over';
  }

  #take(bytes: number): Buffer {
    const taken = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    this.#offset += bytes;
    return taken;
  }
}

function readHead(text: string): { name: string; filename: string | undefined } {
  const lines = text.split('\r\n').filter((line) => /^content-disposition\s*:/i.test(line));
  if (lines.length !== 1) throw new MultipartRefused('a part needs exactly one Content-Disposition');
  const line = lines[0] ?? '';
  if (!/^content-disposition\s*:\s*form-data\s*;/i.test(line)) throw new MultipartRefused('a part is not form-data');
  const names = [...line.matchAll(/;\s*name="((?:[^"\\]|\\.)*)"/gi)];
  if (names.length !== 1 || /;\s*name\*/i.test(line))
    throw new MultipartRefused('a part needs exactly one name in quotes');
  const filename =
    /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(line)?.[1] ?? (/;\s*filename\*?=/i.test(line) ? '' : undefined);
  return { name: names[0]?.[1] ?? '', filename };
}
