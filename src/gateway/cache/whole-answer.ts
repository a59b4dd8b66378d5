/** Whether what a caller was given may be given to others: a whole answer, and no refusal. */
import type { Dialect } from '../../dialects/dialect.ts';
import { parseJson } from '../../lib/json.ts';
import type { ChatEvent, StopReason } from '../../llm/chat.ts';

/** An answer that was cut (`length`, `context`), refused or only begun (`pause`) is none that others should get. */
const wholeStops: ReadonlySet<StopReason> = new Set(['end', 'tool-call', 'stop-sequence']);

export interface ReadAnswer {
  /** Its provider's id, or ours. */
  readonly id: string | undefined;
  readonly whole: boolean;
}

/** `pieces`: as the caller got them. What cannot be read is not whole. */
export function readAnswer(dialect: Dialect, streamed: boolean, pieces: readonly Buffer[]): ReadAnswer {
  const reader = new AnswerWatch();
  try {
    if (streamed) readStream(dialect, pieces, reader);
    else dialect.parseResponse(parseJson(Buffer.concat(pieces), dialect.rawKeys), (event) => reader.event(event));
  } catch {
    return { id: undefined, whole: false };
  }
  return reader;
}

function readStream(dialect: Dialect, pieces: readonly Buffer[], watch: AnswerWatch): void {
  const parser = dialect.parseStream((event) => watch.event(event));
  const frames = dialect.framing.parser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  for (const piece of pieces) frames.push(piece);
  frames.end();
  parser.end();
}

class AnswerWatch implements ReadAnswer {
  id: string | undefined;
  #stop: StopReason | undefined;
  #broken = false;

  get whole(): boolean {
    return !this.#broken && this.#stop !== undefined && wholeStops.has(this.#stop);
  }

  event(event: ChatEvent): void {
    if (event.type === 'start') this.id = event.id;
    else if (event.type === 'end') this.#stop = event.stop;
    else if (event.type === 'error' || (event.type === 'block-start' && event.block.type === 'refusal')) {
      this.#broken = true;
    }
  }
}
