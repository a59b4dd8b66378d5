import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { sentBody, wholeBody } from './sent-body.ts';

const large = Buffer.alloc(3 * 1024 * 1024, 'picture');

describe("A provider's request", () => {
  it('of one piece is that piece, whatever its size', () => {
    expect(sentBody([large]).body).toBe(large);
    expect(wholeBody([large])).toBe(large);
  });

  it('of small pieces goes as one', () => {
    expect(sentBody([Buffer.from('{"a"'), Buffer.from(':1}')])).toEqual({ body: Buffer.from('{"a":1}'), headers: {} });
  });

  it('of large pieces goes piece by piece, uncopied, with its length in front', async () => {
    const pieces = [Buffer.from('{"data":"'), large, Buffer.from('"}')];
    const { body, headers } = sentBody(pieces);
    const got: Buffer[] = [];
    for await (const piece of body as AsyncIterable<Buffer>) got.push(piece);
    expect(got.some((piece) => piece.buffer === large.buffer)).toBe(true);
    expect(Buffer.concat(got).equals(wholeBody(pieces))).toBe(true);
    expect(headers).toEqual({ 'content-length': String(large.length + 11) });
  });

  it('of large pieces that nobody takes any more ends nobody else', async () => {
    const body = sentBody([large, large]).body as Readable;
    const closed = new Promise<void>((resolve) => body.once('close', resolve));
    body.destroy(new Error('the provider hung up'));
    await closed;
    expect(body.errored?.message).toBe('the provider hung up');
  });
});
