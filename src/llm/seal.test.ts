import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DialectId } from './chat.ts';
import { packSeal, unpackSeal } from './seal.ts';

const dialect = fc.constantFrom<DialectId>(
  'openai-chat',
  'openai-responses',
  'anthropic',
  'gemini',
  'bedrock-converse',
);
const minter = fc.option(fc.stringMatching(/^[\w-]{1,12}$/), { nil: undefined });

describe('a seal in a slot', () => {
  it('of another dialect comes back with its dialect, its minter and its value', () => {
    fc.assert(
      fc.property(
        dialect,
        dialect,
        minter,
        fc.string({ minLength: 1 }).filter(isWellFormed),
        (from, slot, by, value) => {
          fc.pre(from !== slot);
          const seal = { dialect: from, value, ...(by !== undefined && { minter: by }) };
          expect(unpackSeal(packSeal(seal, slot), slot)).toEqual(seal);
        },
      ),
    );
  });

  it('of its own dialect stays the bytes that the provider wrote, whoever minted it', () => {
    fc.assert(
      fc.property(dialect, minter, fc.base64String({ minLength: 4 }), (own, by, value) => {
        expect(packSeal({ dialect: own, value, ...(by !== undefined && { minter: by }) }, own)).toBe(value);
        expect(unpackSeal(value, own)).toEqual({ dialect: own, value });
      }),
    );
  });

  it('survives an SDK that decodes a slot of bytes and encodes it again', () => {
    const slot = 'gemini';
    const seal = { dialect: 'anthropic', value: 'Sig/+==', minter: 'a-b_c' } as const;
    const packed = packSeal(seal, slot);
    expect(Buffer.from(packed, 'base64').toString('base64')).toBe(packed);
    expect(unpackSeal(Buffer.from(packed, 'base64').toString('base64url'), slot)).toEqual(seal);
  });

  it.each(['tg1.', 'tg1.nobody.x', 'tg2.anthropic', 'tg2.anthropic.x', 'tg3.anthropic.a.b', 'dGcxLg==', 'dGcyLmE='])(
    "that only looks like a tagged one (%s) is the slot's own",
    (text) => {
      expect(unpackSeal(text, 'gemini')).toEqual({ dialect: 'gemini', value: text });
    },
  );
});

function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}
