import { expect, it } from 'vitest';
import { threadMs } from '../../test/thread-time.ts';
import { withoutQuotes } from './quotes.ts';

const body = Buffer.from('{"model":"m","messages":[{"role":"user","content":"my secret diary, 3 May: it rained"}]}');

it.each([
  ['rate limit reached', 'rate limit reached'],
  ['bad value "my secret diary, 3 May" at 0', 'bad value [from the request]" at 0'],
  ['{"content":"my secret diary, 3 May: it rained"}]} is bad', '{[from the request] is bad'],
  ['twice: secret diary, 3 May and secret diary, 3 May.', 'twice:[from the request] and[from the request].'],
  ['', ''],
])('%s: what stands in the request is cut out', (text, shown) => {
  expect(withoutQuotes(text, body)).toBe(shown);
});

it('is quick, whatever repeats, and gives up on what is too large', () => {
  const tookMs = threadMs(() => {
    withoutQuotes('a'.repeat(2000), Buffer.alloc(200_000, 'a'));
    withoutQuotes('ab'.repeat(1000), Buffer.alloc(200_000, 'ab'));
    withoutQuotes('xy'.repeat(1000), Buffer.alloc(200_000, 'ab'));
  });
  expect(tookMs).toBeLessThan(500);
  expect(withoutQuotes('hello', Buffer.alloc(1_000_000, 'a'))).toContain('not shown');
});
