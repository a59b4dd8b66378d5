/** A model as a caller may see it: operators at cost, members of an organization at what they pay. */
import type { OperationPrice, PicoUsd, Rate } from '../../catalog/catalog.ts';
import type { SaleRule } from '../../catalog/sale.ts';
import type { ModelAnswer, RateName } from './fields.ts';
import type { KnownModel } from './tools.ts';

type PriceAnswer = NonNullable<ModelAnswer['price']>;

/** `sale`: what an organization pays for it; absent: at cost, for operators. */
export function shownModel(
  { model, source, aliases, whyNot }: KnownModel,
  nowMs: number,
  sale?: SaleRule,
): ModelAnswer {
  const cost = model.priceAt(nowMs);
  return {
    id: model.id,
    provider: model.provider,
    name: model.name,
    source,
    price: cost === undefined ? null : shownPrice(cost, sale),
    contextTokens: model.contextTokens ?? null,
    outputTokensMax: model.outputTokensMax ?? null,
    inputs: [...(model.inputs ?? [])],
    tools: model.tools ?? null,
    thinks: model.thinks ?? null,
    aliases: [...aliases],
    callable: whyNot === undefined,
    whyNot: whyNot ?? null,
  };
}

/** By the million or by the piece: how many digits of a pico-dollar stand behind the point. */
const perMillion = 6;
const perPiece = 12;

const rates: readonly (readonly [RateName, keyof OperationPrice])[] = [
  ['input', 'input'],
  ['output', 'output'],
  ['cacheRead', 'cacheRead'],
  ['cacheWrite', 'cacheWrite5m'],
  ['cacheWrite1h', 'cacheWrite1h'],
  ['audioInput', 'audioInput'],
  ['audioOutput', 'audioOutput'],
  ['imageInput', 'imageInput'],
  ['imageOutput', 'imageOutput'],
];
const pieces: readonly (readonly [RateName, keyof OperationPrice, number])[] = [
  ['perRequest', 'perRequest', perPiece],
  ['perWebSearch', 'perWebSearch', perPiece],
  ['perImage', 'perImage', perPiece],
  ['perAudioSecond', 'perAudioSecond', perPiece],
  ['perMillionCharacters', 'perCharacter', perMillion],
  ['perSearch', 'perSearch', perPiece],
];

export function shownPrice(cost: OperationPrice, sale?: SaleRule): PriceAnswer {
  const price = sale?.price ?? cost;
  const share = shareOf(sale);
  const whole = rates.map(([name, field]) => {
    const rate = price[field] as Rate | undefined;
    return [name, rate === undefined ? null : dollars(rate.base, share, perMillion)];
  });
  const pieced = pieces.map(([name, field, digits]) => {
    const amount = price[field] as PicoUsd | undefined;
    return [name, amount === undefined ? null : dollars(amount, share, digits)];
  });
  const tiers = rates.flatMap(([name, field]) =>
    ((price[field] as Rate | undefined)?.tiers ?? []).map(({ fromInputTokens, rate }) => ({
      rate: name,
      aboveInputTokens: fromInputTokens,
      usd: dollars(rate, share, perMillion),
    })),
  );
  const version = sale === undefined || sale.id === 'cost' ? cost.id : `${cost.id} ${sale.id}`;
  return { version, ...Object.fromEntries([...whole, ...pieced]), tiers } as PriceAnswer;
}

/** In hundredths of a percent of hundredths of a percent: a markup, and what is paid of it by an own key. */
function shareOf(sale: SaleRule | undefined): bigint {
  if (sale === undefined) return whole;
  const marked = sale.price === undefined ? 10_000n + BigInt(sale.markupBasisPoints ?? 0) : 10_000n;
  return marked * BigInt(sale.ownKeyBasisPoints ?? 10_000);
}

const shareDigits = 8;
const whole = 10n ** BigInt(shareDigits);

/** Exact, without zeros at its end: `1.25`. `digits`: of a pico-dollar's unit behind the point. */
export function dollars(pico: PicoUsd, share = whole, digits = perMillion): string {
  const all = digits + shareDigits;
  const text = String(pico * share).padStart(all + 1, '0');
  return `${text.slice(0, -all)}.${text.slice(-all)}`.replace(/\.?0+$/, '');
}
