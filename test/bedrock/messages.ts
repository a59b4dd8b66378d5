/** Cuts recorded event streams into messages, independently of the product. */
import { decode } from '../golden/bedrock-converse/event-stream.ts';

/** Where each message ends; the last may end behind the bytes that came. */
export function endsOf(stream: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 0; at + 4 <= stream.length; ) {
    at += stream.readUInt32BE(at);
    ends.push(at);
  }
  return ends;
}

/** Whether the message that makes an answer whole came, whole. */
export function isStopped(stream: Buffer): boolean {
  const whole = endsOf(stream).filter((end) => end <= stream.length);
  return decode(stream.subarray(0, whole.at(-1) ?? 0)).some(({ type }) => type === 'messageStop');
}
