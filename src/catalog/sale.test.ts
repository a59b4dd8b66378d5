import fc from 'fast-check';
import { expect, it } from 'vitest';
import { noUsage } from '../llm/usage.ts';
import type { OperationPrice } from './catalog.ts';
import { chargeNanoUsd } from './charge.ts';
import { atCost, billFor, type SaleRule, saleChargeNanoUsd } from './sale.ts';

const price = (input: bigint, output: bigint): OperationPrice => ({
  id: 'p',
  input: { base: input },
  output: { base: output },
});

const rate = fc.bigInt(0n, 100_000_000n);
const prices = fc.tuple(rate, rate).map(([input, output]) => price(input, output));
const rules: fc.Arbitrary<SaleRule> = fc.oneof(
  fc.constant(atCost),
  fc.integer({ min: 0, max: 100_000 }).map((markupBasisPoints) => ({ id: 'markup', markupBasisPoints })),
  prices.map((own) => ({ id: 'own', price: own })),
);
const counts = fc.record({ input: fc.nat(10_000_000), output: fc.nat(10_000_000), cacheRead: fc.nat(10_000_000) });

it('a bill has the cost and the charge that each has when it is asked for alone', () => {
  fc.assert(
    fc.property(rules, prices, counts, (sale, cost, used) => {
      const usage = { ...noUsage, ...used };
      expect(billFor(sale, cost, usage)).toEqual({
        costNanoUsd: chargeNanoUsd(cost, usage),
        chargeNanoUsd: saleChargeNanoUsd(sale, cost, usage),
      });
    }),
  );
});
