/** Prices as text, exactly: what `priceVersion` made a name of, and back. */
import { createHash } from 'node:crypto';
import type { OperationPrice, Rate } from './catalog.ts';
import { hashLength, ratesText } from './price.ts';

/** Without its name. Undefined: the name is not made of these rates (a price of nothing), so there is nothing to keep. */
export function keptRates({ id, ...rates }: OperationPrice): string | undefined {
  const text = ratesText(rates);
  return isNameOf(id, text) ? text : undefined;
}

/** Undefined: the text is not what the name was made of. */
export function priceOfRates(id: string, text: string): OperationPrice | undefined {
  if (!isNameOf(id, text)) return undefined;
  const read = JSON.parse(text) as Readonly<Record<string, string | KeptRate>>;
  const rates = Object.entries(read).map(([name, kept]) => [
    name,
    typeof kept === 'string' ? BigInt(kept) : rateOf(kept),
  ]);
  return { ...(Object.fromEntries(rates) as Partial<OperationPrice>), id };
}

interface KeptRate {
  readonly base: string;
  readonly tiers?: readonly { readonly fromInputTokens: number; readonly rate: string }[];
}

function rateOf({ base, tiers }: KeptRate): Rate {
  if (tiers === undefined) return { base: BigInt(base) };
  return { base: BigInt(base), tiers: tiers.map(({ rate, ...from }) => ({ ...from, rate: BigInt(rate) })) };
}

function isNameOf(id: string, text: string): boolean {
  return id.endsWith(`:${createHash('sha256').update(text).digest('hex').slice(0, hashLength)}`);
}
