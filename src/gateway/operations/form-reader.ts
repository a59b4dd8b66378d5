/** What is kept of a form that passes: its fields with their places, and the size of its files. */
import { MultipartRefused, MultipartScanner, type PartHead } from '../../lib/multipart.ts';

export interface FormField {
  readonly value: string;
  /** Where the value stands, in bytes from the start of the form. */
  readonly start: number;
  readonly end: number;
}

/** Far more than a prompt needs; a file without a file name would be kept as one. */
const fieldBytesMax = 64 * 1024;
const fieldsBytesMax = 256 * 1024;
/** The head of a WAV file. */
const headBytes = 44;

export class FormReader {
  readonly fields = new Map<string, FormField>();
  fileBytes = 0;
  fileBytesPerSecond: number | undefined;
  readonly #scanner: MultipartScanner;
  readonly #onFile: ((piece: Buffer) => void) | undefined;
  #part: PartHead | undefined;
  #pieces: Buffer[] = [];
  #partBytes = 0;
  #fieldsBytes = 0;
  #fileHead = Buffer.alloc(0);

  constructor(boundary: string, onFile?: (piece: Buffer) => void) {
    this.#onFile = onFile;
    this.#scanner = new MultipartScanner(boundary, {
      part: (head) => this.#begin(head),
      data: (piece) => this.#data(piece),
      partEnd: (end) => this.#end(end),
    });
  }

  /** Throws MultipartRefused. */
  push(chunk: Buffer): void {
    this.#scanner.push(chunk);
  }

  /** Throws MultipartRefused when the form was cut. */
  end(): void {
    this.#scanner.end();
  }

  #begin(head: PartHead): void {
    this.#part = head;
    this.#pieces = [];
    this.#partBytes = 0;
    // Two readers could see two different models.
    const single = !head.name.endsWith('[]');
    if (head.filename === undefined && single && this.fields.has(head.name))
      throw new MultipartRefused(`the field ${JSON.stringify(head.name.slice(0, 64))} stands twice`);
    if (head.filename !== undefined && head.name === 'model') throw new MultipartRefused('model is a file');
  }

  #data(piece: Buffer): void {
    this.#partBytes += piece.length;
    if (this.#part?.filename !== undefined) {
      this.fileBytes += piece.length;
      if (this.#fileHead.length < headBytes) this.#look(piece);
      this.#onFile?.(piece);
      return;
    }
    this.#fieldsBytes += piece.length;
    if (this.#partBytes > fieldBytesMax || this.#fieldsBytes > fieldsBytesMax)
      throw new MultipartRefused(`a field is larger than ${fieldBytesMax} bytes; send it as a file with a file name`);
    this.#pieces.push(piece);
  }

  #end(end: number): void {
    const part = this.#part;
    if (part === undefined || part.filename !== undefined) return;
    this.fields.set(part.name, { value: Buffer.concat(this.#pieces).toString('utf8'), start: part.start, end });
  }

  /** The byte rate in the head of a WAV file: http://soundfile.sapp.org/doc/WaveFormat/ */
  #look(piece: Buffer): void {
    const head = Buffer.concat([this.#fileHead, piece.subarray(0, headBytes - this.#fileHead.length)]);
    this.#fileHead = head;
    if (head.length < 32 || head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE')
      return;
    const rate = head.readUInt32LE(28);
    if (rate > 0) this.fileBytesPerSecond = rate;
  }
}
