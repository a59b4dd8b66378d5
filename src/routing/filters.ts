/**
 * What a target must pass before a strategy sees it. What the caller or the operator forbids holds without exception;
 * what the catalogue believes (a context, a kind of input) does not leave a request without a target.
 */
import type { InputKind } from '../catalog/capabilities.ts';
import { providerNameOf } from '../snapshot/names.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Requirements } from '../snapshot/strategy.ts';
import type { Needs, RoutingAsk } from './ask.ts';
import type { Preferences } from './preferences.ts';

export type FilterName =
  | 'key'
  | 'only'
  | 'ignore'
  | 'max-price'
  | 'data-collection'
  | 'region'
  | 'parameters'
  | 'tools'
  | 'input'
  | 'thinking'
  | 'context';

export interface Rejection {
  readonly target: Target;
  readonly filter: FilterName;
  /** The value, the limit and whose rule it is. */
  readonly why: string;
}

type Check = readonly [filter: FilterName, why: string] | undefined;

/** Rules of people. Undefined: it passes. */
export function forbidden(target: Target, ask: RoutingAsk, requires: Requirements, nowMs: number): Check {
  const { preferences } = ask;
  if (!ask.mayCall(target.model.id)) return ['key', `the key may not call ${target.model.id}`];
  return (
    (isEmpty(preferences) ? undefined : unwanted(target, preferences, nowMs)) ??
    (isEmpty(requires) ? undefined : unfit(target, requires, nowMs)) ??
    // The last, as it is the dearest to find out.
    (preferences.requireParameters ? lossy(target, ask) : undefined)
  );
}

function unwanted(target: Target, preferences: Preferences, nowMs: number): Check {
  const { only, ignore, order, allowFallbacks, maxPrice, dataCollection } = preferences;
  if (only !== undefined && !isNamed(target, only)) return ['only', `provider.only is ${only.join(', ')}`];
  if (ignore !== undefined && isNamed(target, ignore)) return ['ignore', `provider.ignore has ${ignore.join(', ')}`];
  if (allowFallbacks === false && order !== undefined && !isNamed(target, order))
    return ['only', `provider.order is ${order.join(', ')}, and provider.allow_fallbacks is false`];
  if (dataCollection === 'deny' && target.credential.dataCollection !== 'deny')
    return ['data-collection', 'provider.data_collection is deny, and nobody says that it keeps nothing'];
  if (maxPrice === undefined) return undefined;
  const limits = { input: maxPrice.prompt, output: maxPrice.completion, request: maxPrice.request };
  return tooDear(target, limits, 'provider.max_price', nowMs);
}

function lossy(target: Target, { loses }: RoutingAsk): Check {
  const lost = loses?.(target);
  return lost === undefined ? undefined : ['parameters', `provider.require_parameters is set, and it loses ${lost}`];
}

function unfit(target: Target, requires: Requirements, nowMs: number): Check {
  const { credential } = target;
  if (requires.dataCollection === 'deny' && credential.dataCollection !== 'deny')
    return ['data-collection', 'the route asks only providers with dataCollection: deny'];
  if (requires.regions !== undefined && !requires.regions.includes(credential.region ?? ''))
    return [
      'region',
      `the route asks in ${requires.regions.join(', ')}; this is ${credential.region ?? 'nobody knows where'}`,
    ];
  const limits = { input: requires.inputPicoUsdMax, output: requires.outputPicoUsdMax };
  return tooDear(target, limits, 'maxPrice of the route', nowMs);
}

interface PriceLimits {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly request?: number | undefined;
}

function tooDear(target: Target, { input, output, request }: PriceLimits, rule: string, nowMs: number): Check {
  if (input === undefined && output === undefined && request === undefined) return undefined;
  const price = target.model.priceAt(nowMs);
  if (price === undefined) return ['max-price', `${rule} is set, and it has no price`];
  const over =
    above('input', Number(price.input.base), input) ??
    above('output', Number(price.output.base), output) ??
    above('request', Number(price.perRequest ?? 0n), request);
  return over === undefined ? undefined : ['max-price', `${over} is above ${rule}`];
}

function above(kind: string, pico: number, limit: number | undefined): string | undefined {
  if (limit === undefined || pico <= limit) return undefined;
  const scale = kind === 'request' ? 1e12 : 1e6;
  return `its price for ${kind}, $${pico / scale}${kind === 'request' ? '' : ' per million'}, with $${limit / scale} allowed,`;
}

const inputKinds: readonly (readonly [keyof Needs, InputKind])[] = [
  ['image', 'image'],
  ['pdf', 'pdf'],
  ['audio', 'audio'],
  ['video', 'video'],
];

/** What the catalogue believes. Undefined: it passes. */
export function unable({ model }: Target, { needs, inputTokens }: RoutingAsk): Check {
  if (needs.tools && model.tools === false) return ['tools', 'it takes no tools'];
  if (model.inputs !== undefined && model.inputs.length > 0) {
    const missing = inputKinds.find(([need, kind]) => needs[need] && !model.inputs?.includes(kind));
    if (missing !== undefined) return ['input', `it takes no ${missing[1]}`];
  }
  if (needs.thinking && model.thinks === false) return ['thinking', 'it does not think'];
  if (model.contextTokens !== undefined && inputTokens > model.contextTokens)
    return ['context', `about ${inputTokens} tokens of input, and it takes ${model.contextTokens}`];
  return undefined;
}

/** By the configured name of its provider or by its vendor, in whatever case; `deepinfra/turbo` names deepinfra. */
export function isNamed({ credential }: Target, names: readonly string[]): boolean {
  return names.some((name) => {
    const bare = (name.split('/', 1)[0] ?? '').toLowerCase();
    return bare === providerNameOf(credential.id) || bare === credential.provider.id;
  });
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
