/** Builds price versions from decimal prices: exact integers, named by their own content. */
import { createHash } from 'node:crypto';
import { picoUsdPerPiece, picoUsdPerToken, scaleDecimal } from '../lib/money.ts';
import type { OperationPrice, PriceVersion, Rate } from './catalog.ts';

type Dollars = number | string;

/** An operator's own price: dollars per million tokens; `per…` in dollars for one, characters in dollars per million. */
export interface PriceOverride {
  readonly input: Dollars;
  readonly output: Dollars;
  /** Without it cache reads cost as much as input: never free by omission. */
  readonly cacheRead?: Dollars;
  /** Writes that live 5 minutes, or as long as the provider likes. */
  readonly cacheWrite?: Dollars;
  readonly cacheWrite1h?: Dollars;
  readonly audioInput?: Dollars;
  readonly audioOutput?: Dollars;
  readonly perRequest?: Dollars;
  readonly perWebSearch?: Dollars;
  readonly imageInput?: Dollars;
  readonly imageOutput?: Dollars;
  readonly perImage?: Dollars;
  readonly perAudioSecond?: Dollars;
  readonly perMillionCharacters?: Dollars;
  readonly perSearch?: Dollars;
}

/** `genai-prices:openai/gpt-5` becomes `genai-prices:openai/gpt-5:3f2a…`: the same rates always have the same name. */
export function priceVersion<Rates extends Omit<OperationPrice, 'id'>>(
  name: string,
  rates: Rates,
): Rates & { id: string } {
  const hash = createHash('sha256').update(ratesText(rates)).digest('hex').slice(0, hashLength);
  return Object.freeze({ id: `${name}:${hash}`, ...rates });
}

/** Characters of a price's name that are made of its rates. */
export const hashLength = 12;

/** The rates as the text that their name is made of. */
export function ratesText(rates: Omit<OperationPrice, 'id'>): string {
  return JSON.stringify(rates, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

/** Throws RangeError, with the path of the wrong price in the configuration, for what is no exact price. */
export function priceFromOverride(model: string, price: PriceOverride, name = `config:${model}`): PriceVersion {
  const read = (field: keyof PriceOverride, convert: (value: Dollars) => bigint): bigint | undefined => {
    const value = price[field];
    if (value === undefined) return undefined;
    let pico: bigint;
    try {
      pico = convert(value);
    } catch (error) {
      throw new RangeError(`models.${model}.price.${field}: ${(error as Error).message}; prices are dollars`);
    }
    if (pico < 0n) throw new RangeError(`models.${model}.price.${field}: ${value} is negative; a price is 0 or more`);
    return pico;
  };
  const rate = (field: keyof PriceOverride): Rate | undefined => {
    const base = read(field, (value) => picoUsdPerToken(value));
    return base === undefined ? undefined : { base };
  };
  const input = rate('input');
  const output = rate('output');
  if (!input || !output) throw new RangeError(`models.${model}.price: needs both input and output`);
  return priceVersion(name, {
    input,
    output,
    cacheRead: rate('cacheRead'),
    cacheWrite5m: rate('cacheWrite'),
    cacheWrite1h: rate('cacheWrite1h'),
    audioInput: rate('audioInput'),
    audioOutput: rate('audioOutput'),
    perRequest: read('perRequest', (value) => scaleDecimal(value, 12)),
    perWebSearch: read('perWebSearch', (value) => scaleDecimal(value, 12)),
    imageInput: rate('imageInput'),
    imageOutput: rate('imageOutput'),
    perImage: read('perImage', (value) => scaleDecimal(value, 12)),
    perAudioSecond: read('perAudioSecond', (value) => scaleDecimal(value, 12)),
    perCharacter: read('perMillionCharacters', (value) => picoUsdPerToken(value)),
    perSearch: read('perSearch', (value) => scaleDecimal(value, 12)),
  });
}

export type DataPrice = number | { readonly base: number; readonly tiers: readonly { start: number; price: number }[] };

/**
 * One price of the price data, whose unit is in its key. Undefined when it does not price plain text in and out, or
 * has a kind that this gateway cannot count: half a price would be a free half. Data that is finer than a pico-dollar
 * (a quotient such as 0.08333333333333334) is rounded to the nearest.
 */
export function priceFromData(
  name: string,
  prices: Readonly<Record<string, DataPrice | undefined>>,
): PriceVersion | undefined {
  const found = operationPriceFromData(name, prices);
  if (found === undefined) return undefined;
  const { input, output } = found;
  return input && output ? { ...found, input, output } : undefined;
}

/** The same without the demand that both input and output have a price. Undefined when nothing has one. */
export function operationPriceFromData(
  name: string,
  prices: Readonly<Record<string, DataPrice | undefined>>,
): OperationPrice | undefined {
  if (uncounted.some((key) => prices[key] !== undefined)) return undefined;
  const rate = (key: string): Rate | undefined => {
    const price = prices[key];
    if (price === undefined) return undefined;
    if (typeof price === 'number') return { base: picoUsdPerToken(price, 'nearest') };
    const tiers = [...price.tiers].sort((a, b) => a.start - b.start);
    return {
      base: picoUsdPerToken(price.base, 'nearest'),
      tiers: tiers.map((tier) => ({ fromInputTokens: tier.start, rate: picoUsdPerToken(tier.price, 'nearest') })),
    };
  };
  const piece = (key: string): bigint | undefined => {
    const price = prices[key];
    return typeof price === 'number' ? picoUsdPerPiece(price, 'nearest') : undefined;
  };
  const rates = {
    input: rate('input_mtok'),
    output: rate('output_mtok'),
    cacheRead: rate('cache_read_mtok'),
    cacheWrite5m: rate('cache_write_5m_mtok') ?? rate('cache_write_mtok'),
    cacheWrite1h: rate('cache_write_1h_mtok'),
    audioInput: rate('input_audio_mtok'),
    audioOutput: rate('output_audio_mtok'),
    perRequest: piece('requests_kcount'),
    perWebSearch: piece('web_searches_kcount'),
    imageInput: rate('input_image_mtok'),
    imageOutput: rate('output_image_mtok'),
    perAudioSecond: perSecond(prices.input_audio_hours),
  };
  return Object.values(rates).some((value) => value !== undefined) ? priceVersion(name, rates) : undefined;
}

/** From dollars per hour. */
function perSecond(price: DataPrice | undefined): bigint | undefined {
  return typeof price === 'number' ? (scaleDecimal(price, 12, 'nearest') + 1800n) / 3600n : undefined;
}

/** Kinds that a chat incurs and `Usage` does not count apart. */
const uncounted = ['output_reasoning_mtok', 'output_citation_mtok'];

export const freePrice = (name: string): PriceVersion =>
  Object.freeze({ id: name, input: { base: 0n }, output: { base: 0n } });
