/** What may happen to an organization's money, one thing after the other. Which hold, which instance: by number. */
import fc from 'fast-check';

export type Command =
  | { readonly type: 'top-up'; readonly amount: number }
  | { readonly type: 'grant'; readonly amount: number; readonly expires: number | undefined }
  | { readonly type: 'credit-expires'; readonly pick: number }
  | { readonly type: 'hold'; readonly instance: number; readonly units: number }
  | { readonly type: 'grow'; readonly pick: number; readonly units: number }
  | { readonly type: 'settle'; readonly pick: number; readonly percent: number }
  | { readonly type: 'void'; readonly pick: number }
  | { readonly type: 'give-back'; readonly instance: number; readonly close: boolean }
  | { readonly type: 'expire'; readonly instance: number }
  | { readonly type: 'refund'; readonly amount: number }
  | { readonly type: 'dispute'; readonly amount: number }
  | { readonly type: 'crash'; readonly instance: number; readonly percent: number }
  | { readonly type: 'retry'; readonly pick: number }
  | { readonly type: 'month-end' };

/** Amounts are small against each other, so that edges are met often: a wallet holds a few requests. */
const amount = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000 }));
const instance = fc.integer({ min: 0, max: 1 });
const pick = fc.nat({ max: 1_000 });
/** Of the hold. Now and then an answer costs more than was held for it. */
const percent = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 100 }) },
  { weight: 1, arbitrary: fc.integer({ min: 101, max: 150 }) },
);

const of = <T extends Command['type'], R extends object>(weight: number, type: T, record: fc.Arbitrary<R>) => ({
  weight,
  arbitrary: record.map((rest) => ({ type, ...rest }) as unknown as Command),
});

export const command: fc.Arbitrary<Command> = fc.oneof(
  of(12, 'top-up', fc.record({ amount: fc.oneof(amount, fc.integer({ min: 500, max: 5_000 })) })),
  of(3, 'grant', fc.record({ amount, expires: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }) })),
  of(2, 'credit-expires', fc.record({ pick })),
  of(30, 'hold', fc.record({ instance, units: amount })),
  of(10, 'grow', fc.record({ pick, units: amount })),
  of(22, 'settle', fc.record({ pick, percent })),
  of(4, 'void', fc.record({ pick })),
  of(5, 'give-back', fc.record({ instance, close: fc.boolean() })),
  of(2, 'expire', fc.record({ instance })),
  of(4, 'refund', fc.record({ amount })),
  of(1, 'dispute', fc.record({ amount })),
  of(2, 'crash', fc.record({ instance, percent })),
  of(5, 'retry', fc.record({ pick })),
  of(1, 'month-end', fc.record({})),
);

export const commandsMax = 100;

/** Mostly long ones: what goes wrong needs a past. */
export const sequence = fc.array(command, { minLength: 1, maxLength: commandsMax, size: 'max' });
