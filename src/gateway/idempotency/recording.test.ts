import { describe, expect, it } from 'vitest';
import { Recording, unpack } from './recording.ts';

describe('a recording', () => {
  it('gives back status, bytes and the headers that describe them', () => {
    const recording = new Recording(100, { bytes: 0 });
    recording.head(200, {
      'content-type': 'text/event-stream',
      'x-ratelimit-limit-requests': '5',
      'x-request-id': 'r',
    });
    for (const piece of ['é\n', Buffer.from([0, 255, 10]), '']) recording.add(piece);
    recording.end();
    expect(recording).toMatchObject({ ended: true, full: false });
    expect(unpack(recording.pack())).toEqual({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: Buffer.from([0xc3, 0xa9, 10, 0, 255, 10]),
    });
  });

  it('keeps an answer of exactly its limit, and nothing of a longer one', () => {
    const room = { bytes: 7 };
    const recording = new Recording(4, room);
    recording.add('12');
    recording.add('34');
    expect(recording.full).toBe(false);
    expect(room.bytes).toBe(11);
    recording.add('5');
    expect(recording.full).toBe(true);
    recording.add('6');
    expect(unpack(recording.pack()).body).toHaveLength(0);
    recording.drop();
    expect(room.bytes).toBe(7);
  });
});
