/** How a stream of this dialect is cut: AWS event-stream messages with JSON in them. */
import { AwsEventStreamParser, type AwsMessage, encodeAwsMessage } from '../../lib/aws-event-stream.ts';
import type { Framing } from '../framing.ts';

/**
 * What stands before the name of an exception where events have their type: an exception that is not known must not be
 * taken for an event that is not known.
 */
export const exceptionPrefix = 'exception:';

export const awsFraming: Framing = {
  contentType: 'application/vnd.amazon.eventstream',
  parser: (onFrame) => {
    const parser = new AwsEventStreamParser((message) => onFrame(eventOf(message), dataOf(message), message.raw));
    // What is left at the end of a body is a message that was cut: it has no checksum, so it is nothing.
    return { push: (chunk) => parser.push(chunk), end: () => {} };
  },
  isStream: (first) => {
    const byte = first.find((candidate) => !blanks.includes(candidate));
    // No message is so long that the first byte of its length is not 0.
    return byte === undefined ? undefined : byte === 0;
  },
  closed: () => undefined,
};

/** The blanks of JSON. */
const blanks: readonly number[] = [9, 10, 13, 32];

/** The type of an event, or an exception's name behind its prefix. */
export function eventOf({ headers }: AwsMessage): string {
  switch (headers.get(':message-type')) {
    case 'exception':
      return exceptionPrefix + (headers.get(':exception-type') ?? '');
    case 'error':
      return exceptionPrefix + (headers.get(':error-code') ?? '');
    default:
      return headers.get(':event-type') ?? '';
  }
}

/** An error that is not modelled says its words in a header. */
function dataOf({ headers, payload }: AwsMessage): Buffer {
  const words = headers.get(':error-message');
  return words === undefined ? payload : Buffer.from(JSON.stringify({ message: words }));
}

/** One event as a whole message. `json` is its payload. */
export function eventMessage(event: string, json: string): Buffer {
  const headers = { ':event-type': event, ':content-type': 'application/json', ':message-type': 'event' };
  return encodeAwsMessage(headers, Buffer.from(json));
}

/** A failure as a whole message: SDKs throw it. */
export function exceptionMessage(exception: string, json: string): Buffer {
  const headers = { ':exception-type': exception, ':content-type': 'application/json', ':message-type': 'exception' };
  return encodeAwsMessage(headers, Buffer.from(json));
}
