/** A provider's answer that is not a success: its body, bounded, in the words of its dialect, as one of our kinds. */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Voice } from '../../dialects/dialect.ts';
import type { LlmError } from '../../llm/error.ts';
import { hideSecret, redact } from '../../llm/redact.ts';
import type { Credential } from '../../snapshot/snapshot.ts';
import type { AnswerHost, AnswerReader } from './answer.ts';
import { emptyTally } from './tally.ts';

const errorBytesMax = 64 * 1024;

export class RefusalReader implements AnswerReader {
  readonly tally = emptyTally;
  readonly #facts: {
    status: number;
    headers: IncomingHttpHeaders;
    dialect: Pick<Voice, 'parseError'>;
    credential: Credential;
    host: AnswerHost;
  };
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #over = false;

  constructor(facts: {
    status: number;
    headers: IncomingHttpHeaders;
    dialect: Pick<Voice, 'parseError'>;
    credential: Credential;
    host: AnswerHost;
  }) {
    this.#facts = facts;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk.subarray(0, Math.max(0, errorBytesMax - this.#bytes)));
    this.#bytes += chunk.length;
    // An error of 5 MB says no more than its first lines.
    if (this.#bytes >= errorBytesMax) this.end();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#facts.host.fail(this.#read());
  }

  broken(): void {
    this.end();
  }

  #read(): LlmError {
    const { status, headers, dialect, credential } = this.#facts;
    if (status >= 300 && status < 400) return redirected(status);
    // Before anything is cut: a part of a secret is one too.
    const body = hideSecret(textOf(Buffer.concat(this.#chunks)), credential);
    const parsed = dialect.parseError(status, headers, body);
    const vendor = credential.provider.parseError?.(status, asJson(body)) ?? {};
    const error = { ...parsed, ...vendor, upstreamStatus: status };
    return { ...error, message: redact(error.message).slice(0, 2048) };
  }
}

/** Old proxies write Latin-1. A body that was cut may end inside a character, which is no reason to doubt the rest. */
function textOf(bytes: Buffer): string {
  const isUtf8Text = bytes.length >= errorBytesMax || isUtf8(bytes);
  return bytes.toString(isUtf8Text ? 'utf8' : 'latin1');
}

/** A redirect is never followed: it would carry the credential to another host. */
function redirected(status: number): LlmError {
  return {
    kind: 'upstream',
    message: 'The provider answered with a redirect, which is not followed. Correct its baseUrl.',
    code: 'upstream_redirect',
    upstreamStatus: status,
  };
}

function asJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
