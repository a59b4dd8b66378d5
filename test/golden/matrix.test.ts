/** The golden matrix: nothing is lost in silence between any two dialects, and docs/matrix.md says what happens. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failuresOf, renderMatrix, runMatrix } from './matrix.ts';

const page = new URL('../../docs/matrix.md', import.meta.url);

describe('the matrix', () => {
  it('has no lossy cell, and is what docs/matrix.md says (UPDATE_MATRIX=1 writes it)', async () => {
    const cells = await runMatrix();
    expect(failuresOf(cells)).toEqual([]);
    const text = renderMatrix(cells);
    if (process.env.UPDATE_MATRIX === '1') writeFileSync(page, text);
    expect(readFileSync(page, 'utf8')).toBe(text);
  }, 120_000);
});
