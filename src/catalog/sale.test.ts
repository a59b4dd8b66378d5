import fc from 'fast-check';
import { expect, it } from 'vitest';
import { noUsage } from '../llm/usage.ts';
import type { OperationPrice } from './catalog.ts';
import { chargeNanoUsd } from './charge.ts';
import { atCost, billFor, byOwnKey, type SaleRule, saleChargeNanoUsd, salePicoUsd } from './sale.ts';

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

it('by an own key the house pays nothing, and the customer its share of the usual price, rounded once more', () => {
  const shares = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(prices, rules, shares, fc.nat(3_000_000), fc.nat(3_000_000), (cost, rule, share, input, output) => {
      const usage = { ...noUsage, input, output };
      const bill = billFor(byOwnKey(rule, share), cost, usage);
      const picoUsd = (salePicoUsd(rule, cost, usage) * BigInt(share) + 5_000n) / 10_000n;
      expect(bill).toEqual({ costNanoUsd: 0n, chargeNanoUsd: (picoUsd + 500n) / 1_000n });
      expect(saleChargeNanoUsd(byOwnKey(rule, share), cost, usage)).toBe(bill.chargeNanoUsd);
    }),
  );
});

it('a charge by an own key can be told from any other by its rule', () => {
  expect(byOwnKey(atCost, 1_250).id).toBe('own-key 12.5%');
  expect(byOwnKey({ id: 'sp_1', markupBasisPoints: 2_000 }, 0).id).toBe('sp_1 own-key 0%');
});
