/**
 * A form on its way through. It is read only until the fields are known that routing needs, then the rest flows to the
 * provider as it comes. Where a file stands before those fields (Node's SDKs write a form in the order of the caller's
 * object), it is spooled to a disk file without a name, and read from there: a form is never held in memory.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { boundaryOf, MultipartRefused } from '../../lib/multipart.ts';
import { invalidRequest, LlmFailure } from '../../llm/error.ts';
import type { Said } from '../../operations/operation.ts';
import type { GatewaySettings } from '../settings.ts';
import { FormReader } from './form-reader.ts';

/** Fields that stand within these first bytes are found without a disk. */
const prefixBytesMax = 64 * 1024;

export interface UploadOptions {
  readonly bytesMax: number;
  /** Fields without which nothing can be sent. */
  readonly wanted: readonly string[];
  /** Sees each piece of a file's content. */
  readonly onFile?: (piece: Buffer) => void;
}

/** What of it is sent, and how long it is if that is known. */
export interface UploadBody {
  readonly stream: Readable;
  readonly bytes: number | undefined;
}

/** Rejects with LlmFailure: no form, too large, too slow, or without a wanted field. */
export async function receiveUpload(
  request: IncomingMessage,
  settings: GatewaySettings,
  options: UploadOptions,
): Promise<Upload> {
  const declared = Number(request.headers['content-length'] ?? Number.NaN);
  if (declared > options.bytesMax) throw tooLarge(options.bytesMax);
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    throw invalidRequest('Request bodies must not be compressed. Send a plain form.');
  try {
    const reader = new FormReader(boundaryOf(request.headers['content-type'] ?? ''), options.onFile);
    const upload = new Upload(request, reader, settings, options, Number.isNaN(declared) ? undefined : declared);
    await upload.receive();
    return upload;
  } catch (error) {
    throw asFormRefusal(error);
  }
}

export class Upload implements Said {
  readonly #request: IncomingMessage;
  readonly #reader: FormReader;
  readonly #settings: GatewaySettings;
  readonly #options: UploadOptions;
  readonly #declared: number | undefined;
  #prefix: Buffer[] = [];
  #bytes = 0;
  #spool: FileHandle | undefined;
  /** All of it has come. */
  #whole = false;
  #sent = false;
  /** Nothing more will come. */
  #over = false;

  constructor(
    request: IncomingMessage,
    reader: FormReader,
    settings: GatewaySettings,
    options: UploadOptions,
    declared: number | undefined,
  ) {
    this.#request = request;
    this.#reader = reader;
    this.#settings = settings;
    this.#options = options;
    this.#declared = declared;
  }

  field(name: string): string | undefined {
    return this.#reader.fields.get(name)?.value;
  }

  /** While it is still coming, as many as it may have. */
  get fileBytes(): number {
    return this.#over ? this.#reader.fileBytes : Math.max(this.#reader.fileBytes, this.#declared ?? 0);
  }

  get fileBytesPerSecond(): number | undefined {
    return this.#reader.fileBytesPerSecond;
  }

  /** What flows past can be sent once; what lies on the disk or in the prefix as often as needed. */
  get repeatable(): boolean {
    return this.#whole || !this.#sent;
  }

  /** Until the wanted fields are known. */
  async receive(): Promise<void> {
    const clock = this.#watch();
    try {
      for await (const chunk of this.#request.iterator({ destroyOnReturn: false })) {
        clock.refresh();
        await this.#keep(chunk as Buffer);
        if (this.#spool === undefined && this.#hasWanted()) return;
      }
      if (!this.#request.complete) throw invalidRequest('The request ended before its body was complete.');
      this.#reader.end();
      this.#whole = true;
      this.#over = true;
    } catch (error) {
      this.discard();
      throw clock.failure ?? error;
    } finally {
      clock.stop();
    }
  }

  /** The form with another value in one of its fields. What is not whole yet can be sent once. */
  send(replaced?: { readonly name: string; readonly value: string }): UploadBody {
    this.#sent = true;
    const field = replaced && this.#reader.fields.get(replaced.name);
    const value = Buffer.from(replaced?.value ?? '');
    const cut = field === undefined ? undefined : { start: field.start, end: field.end, value };
    const total = this.#whole ? this.#bytes : this.#declared;
    const bytes = total === undefined ? undefined : total + (cut ? value.length - (cut.end - cut.start) : 0);
    const stream = this.#spool !== undefined ? this.#fromDisk(this.#spool, cut) : this.#fromMemory(cut);
    return { stream, bytes };
  }

  /** Nobody will send it. */
  discard(): void {
    this.#prefix = [];
    void this.#spool?.close().catch(() => {});
    this.#spool = undefined;
  }

  #hasWanted(): boolean {
    return this.#options.wanted.every((name) => this.#reader.fields.has(name));
  }

  async #keep(chunk: Buffer): Promise<void> {
    this.#count(chunk);
    if (this.#spool === undefined) {
      this.#prefix.push(chunk);
      if (this.#bytes > prefixBytesMax && !this.#hasWanted()) await this.#startSpool();
    } else {
      await writeAll(this.#spool, chunk);
    }
  }

  async #startSpool(): Promise<void> {
    const name = path.join(tmpdir(), `tollgate-upload-${randomUUID()}`);
    this.#spool = await open(name, 'wx+', 0o600);
    // Without a name nothing is left of it, however this process ends.
    await unlink(name);
    const prefix = Buffer.concat(this.#prefix);
    this.#prefix = [];
    await writeAll(this.#spool, prefix);
  }

  #count(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.bytesMax) throw tooLarge(this.#options.bytesMax);
    this.#reader.push(chunk);
  }

  #fromDisk(spool: FileHandle, cut: Cut | undefined): Readable {
    const end = this.#bytes;
    return Readable.from(
      (async function* () {
        if (cut === undefined) return yield* readRange(spool, 0, end);
        yield* readRange(spool, 0, cut.start);
        yield cut.value;
        yield* readRange(spool, cut.end, end);
      })(),
      { objectMode: false },
    );
  }

  #fromMemory(cut: Cut | undefined): Readable {
    const prefix = Buffer.concat(this.#prefix);
    const out = new PassThrough();
    if (cut === undefined) out.write(prefix);
    else {
      out.write(prefix.subarray(0, cut.start));
      out.write(cut.value);
      out.write(prefix.subarray(cut.end));
    }
    if (this.#whole) out.end();
    else this.#flow(out);
    return out;
  }

  /** The rest, under back-pressure. */
  #flow(out: PassThrough): void {
    this.#prefix = [];
    const request = this.#request;
    const clock = this.#watch((failure) => out.destroy(failure));
    const stop = (): void => {
      clock.stop();
      request.off('data', onData).off('end', onEnd).off('close', onClose);
    };
    const onData = (chunk: Buffer): void => {
      clock.refresh();
      try {
        this.#count(chunk);
      } catch (error) {
        stop();
        out.destroy(asFormRefusal(error));
        return;
      }
      if (!out.write(chunk)) request.pause();
    };
    const onEnd = (): void => {
      stop();
      try {
        this.#reader.end();
        this.#over = true;
        out.end();
      } catch (error) {
        out.destroy(asFormRefusal(error));
      }
    };
    const onClose = (): void => {
      stop();
      out.destroy(invalidRequest('The request ended before its body was complete.'));
    };
    out.on('drain', () => request.resume());
    out.on('close', stop);
    out.on('error', () => {});
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    request.resume();
  }

  /** A body that falls silent, or comes for ever. */
  #watch(onLate?: (failure: LlmFailure) => void) {
    const { bodyIdleMs, bodyTimeoutMs } = this.#settings;
    const state: { failure: LlmFailure | undefined } = { failure: undefined };
    const late = (message: string) => {
      state.failure = new LlmFailure({ kind: 'request-timeout', message });
      if (onLate === undefined) this.#request.destroy(state.failure);
      else onLate(state.failure);
    };
    const idle = setTimeout(
      () => late(`No byte of the request body arrived for ${bodyIdleMs} ms (server.limits.bodyIdleMs).`),
      bodyIdleMs,
    );
    const whole = setTimeout(
      () => late(`The request body did not arrive within ${bodyTimeoutMs} ms (server.limits.bodyTimeoutMs).`),
      bodyTimeoutMs,
    );
    return {
      get failure() {
        return state.failure;
      },
      refresh: () => void idle.refresh(),
      stop: () => {
        clearTimeout(idle);
        clearTimeout(whole);
      },
    };
  }
}

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly value: Buffer;
}

const readBytes = 256 * 1024;

async function* readRange(file: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to; ) {
    const buffer = Buffer.allocUnsafe(Math.min(readBytes, to - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw new Error('a spooled upload is shorter than it was');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}

function asFormRefusal(error: unknown): Error {
  if (!(error instanceof MultipartRefused)) return error as Error;
  return invalidRequest(`This form cannot be read: ${error.message}.`, undefined, 'bad_form');
}

function tooLarge(bytesMax: number): LlmFailure {
  return new LlmFailure({
    kind: 'body-too-large',
    message: `The upload is larger than the limit of ${bytesMax} bytes (server.limits.uploadBytesMax).`,
  });
}
