/**
 * InvokeModel streams a model's own events, each in base64 in a `chunk` message of an AWS event stream. For a model that
 * speaks in server-sent events this is the way there and back.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html
 */
import { AwsEventStreamParser } from '../../lib/aws-event-stream.ts';
import { SseParser } from '../../lib/sse.ts';
import type { Emit } from '../../llm/chat.ts';
import type { LlmError } from '../../llm/error.ts';
import { isObject } from '../wire-object.ts';
import { parseException, renderStreamError } from './error.ts';
import { awsFraming, eventMessage, eventOf, exceptionPrefix } from './framing.ts';

/** Takes the events out of their chunks. Throws AwsEventStreamBroken for what is no event stream. */
export class ChunkUnwrapper {
  readonly #parser: AwsEventStreamParser;

  /** `onError`: an exception, as the model's own dialect would say it in a stream. */
  constructor(onFrames: Emit<Buffer>, errorFrame: (error: LlmError) => string | Buffer) {
    this.#parser = new AwsEventStreamParser((message) => {
      const event = eventOf(message);
      if (event === 'chunk') onFrames(sseFrame(message.payload));
      else if (event.startsWith(exceptionPrefix))
        onFrames(Buffer.from(errorFrame(parseException(event, message.payload.toString('utf8')))));
    });
  }

  push(chunk: Buffer): void {
    this.#parser.push(chunk);
  }
}

/** Whether an answer begins as an event stream; undefined while that cannot be said. */
export const isEventStream = awsFraming.isStream;

/** `{"bytes":"<base64 of the event's JSON>"}`; an event's name is its `type`. */
function sseFrame(payload: Buffer): Buffer {
  const { bytes } = JSON.parse(payload.toString('utf8')) as { bytes?: unknown };
  const json = Buffer.from(typeof bytes === 'string' ? bytes : '', 'base64').toString('utf8');
  const event: unknown = JSON.parse(json);
  const type = isObject(event) && typeof event.type === 'string' ? event.type : '';
  // Line breaks between the tokens of JSON would end the field; inside its strings there are none.
  return Buffer.from(`event: ${type}\ndata: ${json.replace(/[\r\n]+/g, ' ')}\n\n`);
}

/** Puts events into chunks: whole frames in, whole messages out. An error becomes an exception. */
export function chunkWrapper(parseError: (data: string) => LlmError): (frames: Buffer | string) => Buffer {
  let messages: Buffer[] = [];
  const parser = new SseParser((event, data) => {
    if (data === undefined) return;
    if (event === 'error') messages.push(renderStreamError(parseError(data.toString('utf8'))));
    else messages.push(eventMessage('chunk', JSON.stringify({ bytes: data.toString('base64') })));
  });
  return (frames) => {
    messages = [];
    parser.push(Buffer.from(frames));
    return Buffer.concat(messages);
  };
}
