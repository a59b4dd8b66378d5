import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withTable } from '../../scripts/operations-table.ts';

it('docs/operations.md says what the code says; `node scripts/operations-table.ts` writes it', () => {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  expect(text).toContain('<!-- operations:begin');
  expect(text).toBe(withTable(text));
});
