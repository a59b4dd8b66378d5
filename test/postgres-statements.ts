/**
 * Reads what a client says to Postgres: every statement's text, in order. Frontend messages only.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

const startupHeaderBytes = 8;
const headerBytes = 5;
/** `SSLRequest` and `GSSENCRequest`: another startup message follows them. */
const encryptionRequests = [80877103, 80877104];

export class StatementReader {
  readonly #onStatement: (text: string) => void;
  #bytes: Buffer = Buffer.alloc(0);
  #started = false;
  /** Statements that stay prepared, by their name. */
  readonly #prepared = new Map<string, string>();

  constructor(onStatement: (text: string) => void) {
    this.#onStatement = onStatement;
  }

  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#started ? this.#readMessage() : this.#readStartup());
  }

  /** Messages before the session have no type. */
  #readStartup(): boolean {
    if (this.#bytes.length < startupHeaderBytes) return false;
    const length = this.#bytes.readUInt32BE(0);
    if (this.#bytes.length < length) return false;
    this.#started = !encryptionRequests.includes(this.#bytes.readUInt32BE(4));
    this.#bytes = this.#bytes.subarray(length);
    return true;
  }

  #readMessage(): boolean {
    if (this.#bytes.length < headerBytes) return false;
    const end = 1 + this.#bytes.readUInt32BE(1);
    if (this.#bytes.length < end) return false;
    this.#message(String.fromCharCode(this.#bytes[0] as number), this.#bytes.subarray(headerBytes, end));
    this.#bytes = this.#bytes.subarray(end);
    return true;
  }

  #message(type: string, body: Buffer): void {
    if (type === 'Q') this.#onStatement(textAt(body, 0));
    if (type === 'P') this.#prepare(textAt(body, 0), textAt(body, body.indexOf(0) + 1));
    if (type === 'B') this.#run(textAt(body, body.indexOf(0) + 1));
    if (type === 'F') this.#onStatement('a function call');
  }

  #prepare(name: string, text: string): void {
    if (name === '') this.#onStatement(text);
    else this.#prepared.set(name, text);
  }

  /** What was prepared under a name may be run many times: each is one statement more. */
  #run(name: string): void {
    if (name !== '') this.#onStatement(this.#prepared.get(name) ?? 'a statement that nobody prepared');
  }
}

function textAt(body: Buffer, start: number): string {
  return body.toString('utf8', start, body.indexOf(0, start));
}
