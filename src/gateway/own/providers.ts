/**
 * `GET /providers`, for operators: every provider, whether it is configured, how it does as this instance sees it, and
 * what it takes. Whoever has no such key is told nothing of it; `/health` says only that the process runs.
 */
import type { CatalogModel } from '../../catalog/catalog.ts';
import { formatUsd } from '../../lib/money.ts';
import { providers as vendors } from '../../providers/index.ts';
import type { Named, TargetMeasures } from '../../routing/measures.ts';
import { rounded } from '../../routing/shown-score.ts';
import { providerNameOf } from '../../snapshot/names.ts';
import type { Credential, Snapshot } from '../../snapshot/snapshot.ts';
import { authenticateOperator } from '../authenticate.ts';
import type { GatewayParts } from '../parts.ts';
import type { HealthState } from '../upstream/health.ts';
import type { OwnCall } from './own-call.ts';

export const providersCall: OwnCall = {
  method: 'GET',
  path: '/providers',
  async answer({ request }, parts) {
    const { current } = parts.snapshot;
    authenticateOperator(request, current, parts.clock.nowMs());
    return { object: 'list', instance: parts.instance, data: listProviders(current, parts) };
  },
};

type ViewParts = Pick<GatewayParts, 'clock' | 'health' | 'measures'>;

/** More models than these of one provider are hardly asked in the same minutes. */
const askedMax = 50;
/** An answer counts half after a minute: below this it is many minutes old. */
const samplesMin = 0.01;

function listProviders(snapshot: Snapshot, parts: ViewParts): readonly object[] {
  const credentials = (snapshot.listCredentials?.() ?? []).map(({ credential }) => credential);
  const configured = new Set(credentials.map(({ provider }) => provider.id));
  const asked = Map.groupBy(parts.measures.known(), ({ credential }) => credential.id);
  const models = Map.groupBy(snapshot.listModels(), ({ provider }) => provider);
  return [
    ...credentials.map((each) =>
      viewOf(each, models.get(providerNameOf(each.id)) ?? [], asked.get(each.id) ?? [], parts),
    ),
    ...[...vendors.values()]
      .filter(({ id }) => !configured.has(id))
      .map(({ id, name }) => ({ id, vendor: id, name, configured: false })),
  ];
}

function viewOf(
  credential: Credential,
  models: readonly CatalogModel[],
  asked: readonly Named[],
  parts: ViewParts,
): object {
  const { id, provider, region, dataCollection } = credential;
  const measures = parts.measures.together(asked);
  // No model has an empty name: what is said of it is said of all.
  const health = parts.health.stateOf({ credential, model: { id: '' } });
  const views = asked
    .map((target) => modelView(target, parts.measures.of(target), models, parts))
    .toSorted((a, b) => b.samples - a.samples);
  return {
    id,
    vendor: provider.id,
    name: provider.name,
    configured: true,
    online: isOnline(measures, health, views),
    ...stateOf(health, parts),
    models: models.length,
    ...figuresOf(measures),
    inFlight: measures.inFlight,
    region: region ?? null,
    dataCollection: dataCollection ?? null,
    pricesUsdPerMillion: pricesOf(models, parts.clock.nowMs()),
    asked: views.slice(0, askedMax),
  };
}

/** Null: nobody has asked it of late. */
function isOnline(
  { samples }: TargetMeasures,
  { state }: HealthState,
  views: readonly { readonly state: string }[],
): boolean | null {
  if (state === 'ejected') return false;
  if (samples < samplesMin) return null;
  return views.some((view) => view.state !== 'ejected');
}

function modelView(target: Named, measures: TargetMeasures, models: readonly CatalogModel[], parts: ViewParts) {
  const model = models.find(({ id }) => id === target.model.id);
  const price = model?.priceAt(parts.clock.nowMs());
  return {
    model: target.model.id,
    ...stateOf(parts.health.stateOf(target), parts),
    ...figuresOf(measures),
    priceUsdPerMillion:
      price === undefined ? null : { input: dollars(price.input.base), output: dollars(price.output.base) },
  };
}

function stateOf({ state, untilMs }: HealthState, { clock }: ViewParts) {
  const until = untilMs === undefined ? undefined : clock.nowMs() + untilMs - clock.monotonicMs();
  return {
    state,
    ejectedUntil: state === 'ejected' && until !== undefined ? new Date(until).toISOString() : null,
    reservedUntil: state === 'reserved' && until !== undefined ? new Date(until).toISOString() : null,
  };
}

/** Null: nothing was seen of late. */
function figuresOf(measures: TargetMeasures) {
  const { firstTokenP50Ms, firstTokenP90Ms, tokensPerSecond, successShare, samples } = measures;
  return {
    firstTokenP50Ms: shown(firstTokenP50Ms),
    firstTokenP90Ms: shown(firstTokenP90Ms),
    tokensPerSecond: shown(tokensPerSecond),
    errorShare: samples < samplesMin ? null : rounded(1 - successShare),
    samples: rounded(samples),
  };
}

function shown(value: number | undefined): number | null {
  return value === undefined ? null : rounded(value);
}

interface Range {
  readonly from: string;
  readonly to: string;
}

/** Null: none of them has a price. */
function pricesOf(models: readonly CatalogModel[], nowMs: number): { input: Range; output: Range } | null {
  const prices = models.map((model) => model.priceAt(nowMs)).filter((price) => price !== undefined);
  if (prices.length === 0) return null;
  return {
    input: rangeOf(prices.map(({ input }) => input.base)),
    output: rangeOf(prices.map((each) => each.output.base)),
  };
}

function rangeOf(picoUsd: readonly bigint[]): Range {
  const [least = 0n, ...others] = picoUsd.toSorted((a, b) => Number(a - b));
  return { from: dollars(least), to: dollars(others.at(-1) ?? least) };
}

/** For a million tokens: pico-dollars for one are as many thousand nano-dollars for those. */
function dollars(picoUsd: bigint): string {
  return formatUsd(picoUsd * 1000n).replace('$', '');
}
