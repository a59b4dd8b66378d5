import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallerSecret } from './caller-secret.ts';

const secret = new CallerSecret('tg-one', 'order-1');
const bytes = Buffer.from('{"content":"what only the caller may read"}');

describe('a sealed answer', () => {
  it('opens with the same API key and the same Idempotency-Key, whatever its bytes are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5000 }),
        fc.string(),
        fc.string(),
        fc.string(),
        (raw, api, idem, place) => {
          const sealed = new CallerSecret(api, idem).seal(Buffer.from(raw), place);
          expect(new CallerSecret(api, idem).open(sealed, place)).toEqual(Buffer.from(raw));
        },
      ),
    );
  });

  it('opens with no other key and in no other place', () => {
    const sealed = secret.seal(bytes, 'row 1');
    expect(new CallerSecret('tg-two', 'order-1').open(sealed, 'row 1')).toBeUndefined();
    expect(new CallerSecret('tg-one', 'order-2').open(sealed, 'row 1')).toBeUndefined();
    expect(new CallerSecret('tg-oneorder-1', '').open(sealed, 'row 1')).toBeUndefined();
    expect(secret.open(sealed, 'row 2')).toBeUndefined();
  });

  it('does not open when any of its bytes was changed, or any is missing', () => {
    const sealed = secret.seal(bytes, 'row');
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(secret.open(changed, 'row')).toBeUndefined();
      expect(secret.open(sealed.subarray(0, i), 'row')).toBeUndefined();
    }
  });

  it('shows nothing of what it holds, and is another each time', () => {
    const sealed = secret.seal(bytes, 'row');
    expect(sealed.includes('content')).toBe(false);
    expect(secret.seal(bytes, 'row')).not.toEqual(sealed);
  });
});

describe('a fingerprint', () => {
  it('is the same for the same parts, and another when a byte moves from one to the next', () => {
    expect(secret.fingerprint(['POST', Buffer.from('body')])).toBe(secret.fingerprint(['POST', 'body']));
    const different = [['ab', 'c'], ['a', 'bc'], ['abc'], ['ab', 'c', ''], ['2:ab', 'c'], []];
    expect(new Set(different.map((parts) => secret.fingerprint(parts))).size).toBe(different.length);
  });

  it('of a known body cannot be made without the API key', () => {
    const other = new CallerSecret('tg-two', 'order-1');
    expect(other.fingerprint(['body'])).not.toBe(secret.fingerprint(['body']));
    expect(secret.fingerprint(['body'])).toMatch(/^[0-9a-f]{64}$/);
  });
});
