import { describe, expect, it } from 'vitest';
import { AssertionFailure } from '../lib/assert.ts';
import { isRowFault } from './insert-fault.ts';

const coded = (code: string): Error => Object.assign(new Error('no'), { code });

describe('a failed insert', () => {
  it.each(['22021', '22P05', '22003', '23502', '23514', '54000'])('is the fault of the row: SQLSTATE %s', (code) => {
    expect(isRowFault(coded(code))).toBe(true);
  });

  it.each(['08006', '57P01', '57P03', '53100', '53300', '40001', '40P01', '42P01', '42703', '42501', '25006', '3D000'])(
    'is not the fault of the row, which would empty the journal into the rejects: SQLSTATE %s',
    (code) => {
      expect(isRowFault(coded(code))).toBe(false);
    },
  );

  it.each(['ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'])('is the fault of the network: %s', (code) => {
    expect(isRowFault(coded(code))).toBe(false);
  });

  it('without a code is the fault of the row only when the row could not be built', () => {
    for (const error of [new RangeError('time'), new SyntaxError('bigint'), new AssertionFailure('no')]) {
      expect(isRowFault(error)).toBe(true);
    }
    expect(isRowFault(new Error('Connection terminated unexpectedly'))).toBe(false);
    expect(isRowFault('no')).toBe(false);
  });
});
