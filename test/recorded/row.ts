/** The usage row that a recording must leave. */
import { expect } from 'vitest';
import type { SettlementRecord } from '../../src/journal/record.ts';
import type { Recording } from '../fakes/recording.ts';
import { shortName } from './corpus.ts';
import { endsInError, usageFlags } from './exceptions.ts';
import { truthOf } from './truth.ts';

export function expectRow(row: SettlementRecord, kept: Recording): void {
  const name = shortName(kept);
  const { counts } = truthOf(kept);
  const failed = endsInError[name] !== undefined;
  expect(row.status).toBe(failed ? 'failed' : 'completed');
  if (failed) return expectPartial(row);
  expect(row.flags).toEqual(usageFlags[name] ?? []);
  expect(row.estimated).toBe(row.flags.length > 0);
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, thinking } = row.usage;
  if (counts === undefined) {
    expect([input > 0, output > 0, cacheRead]).toEqual([true, true, 0]);
    return;
  }
  const { thinking: thought, ...kinds } = counts;
  expect({ input, output, cacheRead, cacheWrite: cacheWrite5m + cacheWrite1h }).toEqual(kinds);
  if (thought !== undefined) expect(thinking).toBe(Math.min(thought, output));
}

/** An answer that broke after its first content: what came is counted, and the count is known to be early. */
export function expectPartial(row: SettlementRecord): void {
  expect(row.status).toBe('failed');
  expect(row.errorKind).toBeDefined();
  expect(row.estimated).toBe(true);
  expect(row.flags).not.toEqual([]);
  expect(row.usage.input).toBeGreaterThan(0);
}
