/** Gathers what a caller gets, beside its way: copies up to a limit, and nothing where nothing is kept. */
import type { ContentRule } from '../../snapshot/snapshot.ts';
import type { Visit } from '../exchange.ts';
import type { AnswerTap } from './answer-tap.ts';
import type { ContentSink, KeptExchange } from './content-sink.ts';
import { contentHeader, contentRuleOf } from './keeps-content.ts';

/** The common case costs one look at the header. */
export function capture(visit: Visit, sink: ContentSink | undefined, body: Buffer): Capture | undefined {
  if (sink === undefined) return undefined;
  const rule = contentRuleOf(visit.key, visit.header(contentHeader));
  if (rule === undefined) return undefined;
  const made = new Capture(visit, rule, sink, body);
  visit.delivery.tap(made);
  return made;
}

export class Capture implements AnswerTap {
  readonly #visit: Visit;
  readonly #rule: ContentRule;
  readonly #sink: ContentSink;
  readonly #body: Buffer;
  #pieces: Buffer[] = [];
  #taken = 0;
  #length = 0;
  #status = 0;
  #contentType = '';
  /** There was no room for it. */
  #lost = false;

  constructor(visit: Visit, rule: ContentRule, sink: ContentSink, body: Buffer) {
    this.#visit = visit;
    this.#rule = rule;
    this.#sink = sink;
    this.#body = body;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status;
    this.#contentType = headers['content-type'] ?? '';
  }

  add(piece: Buffer | string): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    this.#length += bytes.length;
    const wanted = Math.min(bytes.length, this.#rule.bytesMax - this.#taken);
    if (wanted <= 0 || !this.#take(wanted)) return;
    // A copy: the piece may be a part of something larger, which must not live on.
    this.#pieces.push(bytes === piece || wanted < bytes.length ? Buffer.from(bytes.subarray(0, wanted)) : bytes);
  }

  #take(bytes: number): boolean {
    if (this.#lost) return false;
    if (this.#sink.take(bytes)) this.#taken += bytes;
    else this.#lose();
    return !this.#lost;
  }

  #lose(): void {
    this.#lost = true;
    this.#sink.giveBack(this.#taken);
    this.#taken = 0;
    this.#pieces = [];
  }

  /** Must be called, however the request ended. One that never became a request (no usage row) leaves nothing. */
  end(facts: Pick<KeptExchange, 'operation' | 'dialect' | 'model'>): void {
    const { id, key, startedAtMs, request, settled, delivery } = this.#visit;
    if (settled === undefined && !this.#lost) this.#lose();
    const asked = Math.min(this.#body.length, this.#rule.bytesMax);
    if (!this.#take(asked)) return;
    this.#sink.offer({
      ...facts,
      requestId: id,
      organizationId: key.organization.id,
      startedAtMs,
      asked: `${request.method ?? ''} ${(request.url ?? '').split('?', 1)[0] ?? ''}`,
      rule: this.#rule,
      request: { bytes: Buffer.from(this.#body.subarray(0, asked)), length: this.#body.length },
      answer: {
        bytes: Buffer.concat(this.#pieces),
        length: this.#length,
        status: this.#status,
        contentType: this.#contentType,
        streamed: delivery.streaming,
      },
    });
  }
}
