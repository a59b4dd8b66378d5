/**
 * What a caller says of the choice, in OpenRouter's fields: `models`, `route`, `provider`, and the suffixes `:floor` and
 * `:nitro` of a model's name. https://openrouter.ai/docs/features/provider-routing and /docs/features/model-routing
 */
import { invalidRequest } from '../llm/error.ts';

export interface Preferences {
  /** Other models to ask where the first one fails, in order. */
  readonly models?: readonly string[];
  /** Providers to ask first, in order. */
  readonly order?: readonly string[];
  readonly only?: readonly string[];
  readonly ignore?: readonly string[];
  readonly sort?: 'price' | 'throughput' | 'latency';
  /** False: one target is asked, and no other. */
  readonly allowFallbacks?: false;
  /** Only targets that take everything the request says. */
  readonly requireParameters?: true;
  readonly dataCollection?: 'deny';
  /** Pico-dollars per token; per request. */
  readonly maxPrice?: { readonly prompt?: number; readonly completion?: number; readonly request?: number };
}

export const noPreferences: Preferences = Object.freeze({});

/** The fields of a request's body that are the gateway's, and reach no provider. */
export const preferenceFields = ['models', 'route', 'provider'] as const;

const namesMax = 32;
const suffixes: Readonly<Record<string, NonNullable<Preferences['sort']>>> = {
  ':floor': 'price',
  ':nitro': 'throughput',
};

/** The name without the suffix, and what the suffix means. */
export function splitSuffix(model: string): {
  readonly model: string;
  readonly sort?: NonNullable<Preferences['sort']>;
} {
  const at = model.lastIndexOf(':');
  const sort = at > 0 ? suffixes[model.slice(at)] : undefined;
  return sort === undefined ? { model } : { model: model.slice(0, at), sort };
}

/** `fields`: the body's own, as parsed. Throws LlmFailure (invalid-request) naming the field. */
export function readPreferences(fields: {
  readonly models?: unknown;
  readonly route?: unknown;
  readonly provider?: unknown;
}): Preferences {
  const { models, route, provider } = fields;
  if (route !== undefined && route !== null && route !== 'fallback')
    throw invalidRequest('route must be "fallback", or be left out', 'route');
  const found: { -readonly [Name in keyof Preferences]: Preferences[Name] } = {};
  if (isGiven(models)) found.models = names(models, 'models');
  if (isGiven(provider)) Object.assign(found, readProvider(provider));
  return found;
}

function readProvider(provider: unknown): Preferences {
  if (typeof provider !== 'object' || provider === null || Array.isArray(provider))
    throw invalidRequest('provider must be an object such as {"order": ["openai"]}', 'provider');
  const said = provider as Record<string, unknown>;
  const unknown = Object.keys(said).find((name) => !(name in readers));
  if (unknown !== undefined) {
    const list = Object.keys(readers).join(', ');
    throw invalidRequest(`provider.${unknown.slice(0, 64)} is not known here. What is: ${list}`, 'provider');
  }
  const found: Preferences = {};
  for (const [name, read] of Object.entries(readers)) {
    if (isGiven(said[name])) Object.assign(found, read(said[name]));
  }
  return found;
}

const readers: Readonly<Record<string, (value: unknown) => Preferences>> = {
  order: (value) => ({ order: names(value, 'provider.order') }),
  only: (value) => ({ only: names(value, 'provider.only') }),
  ignore: (value) => ({ ignore: names(value, 'provider.ignore') }),
  sort: (value) => ({ sort: oneOf(value, 'provider.sort', ['price', 'throughput', 'latency'] as const) }),
  allow_fallbacks: (value) => (flag(value, 'provider.allow_fallbacks') ? {} : { allowFallbacks: false }),
  require_parameters: (value) => (flag(value, 'provider.require_parameters') ? { requireParameters: true } : {}),
  data_collection: (value) =>
    oneOf(value, 'provider.data_collection', ['allow', 'deny']) === 'deny' ? { dataCollection: 'deny' } : {},
  max_price: (value) => ({ maxPrice: readMaxPrice(value) }),
};

/** Dollars per million tokens are as many pico-dollars per token, times a million. */
const picoPerDollarAMillion = 1_000_000;

function readMaxPrice(value: unknown): Preferences['maxPrice'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRequest('provider.max_price must be an object such as {"prompt": 1, "completion": 2}', 'provider');
  const { prompt, completion, request, ...others } = value as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw invalidRequest(
      `provider.max_price.${unknown.slice(0, 64)} is not known here. What is: prompt, completion (dollars per million tokens), request (dollars)`,
      'provider',
    );
  const dollars = (price: unknown, name: string, scale: number) =>
    isGiven(price) ? { [name]: amount(price, `provider.max_price.${name}`) * scale } : {};
  return {
    ...dollars(prompt, 'prompt', picoPerDollarAMillion),
    ...dollars(completion, 'completion', picoPerDollarAMillion),
    ...dollars(request, 'request', 1e12),
  };
}

/** OpenRouter takes prices as numbers and as decimal text. */
function amount(value: unknown, field: string): number {
  const price = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof price !== 'number' || !Number.isFinite(price) || price < 0)
    throw invalidRequest(`${field} must be a number of dollars, 0 or more`, 'provider');
  return price;
}

function names(value: unknown, field: string): readonly string[] {
  const param = field.split('.')[0] as string;
  if (!Array.isArray(value) || value.some((name) => typeof name !== 'string' || name === '' || name.length > 256))
    throw invalidRequest(`${field} must be a list of names`, param);
  if (value.length > namesMax) throw invalidRequest(`${field} has ${value.length} names; at most ${namesMax}`, param);
  return value;
}

function flag(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw invalidRequest(`${field} must be true or false`, 'provider');
  return value;
}

function oneOf<T extends string>(value: unknown, field: string, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found === undefined) throw invalidRequest(`${field} must be one of ${words.join(', ')}`, 'provider');
  return found;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
