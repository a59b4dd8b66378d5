import { expect, it } from 'vitest';
import { toCsv } from './csv.ts';

const row = { requests: 1, failed: 0, inputTokens: 2, outputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0 };

it('quotes what has commas, and lets no text become a formula', () => {
  const text = toCsv([
    { ...row, group: '=cmd()', label: 'a, "b"', chargeUsd: '1.5', costUsd: null } as never,
    { ...row, group: 'plain', label: '-x', chargeUsd: '-0.5', costUsd: '1' } as never,
  ]);
  expect(text.split('\r\n').slice(1, 3)).toEqual([
    `'=cmd(),"a, ""b""",1,0,2,3,0,0,1.5,`,
    `plain,'-x,1,0,2,3,0,0,-0.5,1`,
  ]);
});
