import { describe, expect, it } from 'vitest';
import { mail } from './mail-settings.ts';

describe('mail settings', () => {
  it('are an address of a server and a sender, or nothing', () => {
    expect(mail.parse({})).toEqual({});
    for (const from of ['a@example.com', 'Tollgate <billing@example.com>']) {
      for (const url of ['smtp://mail.example.com', 'smtps://me:p%40ss@mail.example.com:465', 'smtp://[::1]:25']) {
        expect(mail.parse({ url, from })).toEqual({ url, from });
      }
    }
  });

  it.each([
    { url: 'smtp://mail.example.com' },
    { url: 'http://mail.example.com', from: 'a@example.com' },
    { url: 'smtp://', from: 'a@example.com' },
    { url: 'smtp://mail.example.com:99999', from: 'a@example.com' },
    { url: 'smtp://mail.example.com', from: 'nobody' },
    { url: 'smtp://mail.example.com', from: 'a@b.c\r\nBcc: x@example.com' },
    { from: 'a@example.com', more: 1 },
  ])('refuse %j', (settings) => {
    expect(mail.safeParse(settings).success).toBe(false);
  });
});
