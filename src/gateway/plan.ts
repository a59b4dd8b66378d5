/** How one target will be asked: in which dialect, at which path, with which bytes. */

import type { PriceVersion } from '../catalog/catalog.ts';
import type { SaleRule } from '../catalog/sale.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { dialects } from '../dialects/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { DialectId } from '../llm/chat.ts';
import { invalidRequest, LlmFailure } from '../llm/error.ts';
import type { Note } from '../llm/notes.ts';
import { type Endpoint, endpointFor, type Path, pathFor } from '../providers/provider.ts';
import type { Target } from '../snapshot/snapshot.ts';
import { callOf } from './call.ts';
import type { Exchange } from './exchange.ts';
import type { MadeBody } from './made-body.ts';
import { saleAt } from './metering/payer.ts';
import { relayBody } from './relay.ts';
import type { Seals } from './seals/seals.ts';
import type { GatewaySettings } from './settings.ts';
import { translateBody } from './translate.ts';

export interface Plan extends MadeBody {
  readonly target: Target;
  /** The provider's side of the conversation. */
  readonly dialect: Dialect;
  /** Both sides speak the same dialect: bytes through. */
  readonly relayed: boolean;
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly price: PriceVersion;
  /** What the customer pays for it. */
  readonly sale: SaleRule;
  /** What of the request is lost on this way. */
  readonly notes: readonly Note[];
}

export interface PlanTools {
  readonly seals: Seals;
  readonly clock: Clock;
  readonly settings: GatewaySettings;
}

/** Throws LlmFailure when this target cannot be asked this: no price, no common dialect, or a field it cannot express. */
export function planCall(exchange: Exchange, target: Target, tools: PlanTools): Plan {
  const price = target.model.priceAt(tools.clock.nowMs());
  if (price === undefined) throw withoutPrice(target);
  let refusal: LlmFailure | undefined;
  for (const way of waysTo(exchange, target)) {
    try {
      return planWay(exchange, target, price, way, tools);
    } catch (error) {
      // What one dialect cannot say another of the same provider may (stop sequences, sound).
      if (!(error instanceof LlmFailure) || error.error.kind !== 'invalid-request') throw error;
      refusal ??= error;
    }
  }
  throw refusal ?? noWay(target);
}

interface Way {
  readonly dialect: Dialect;
  readonly endpoint: Endpoint;
}

function planWay(exchange: Exchange, target: Target, price: PriceVersion, way: Way, tools: PlanTools): Plan {
  const { dialect, endpoint } = way;
  const relayed = dialect.id === exchange.dialect.id;
  const call = callOf(target, exchange.ask.stream);
  const path = pathFor(pathOf(exchange, way, relayed), call);
  // Bytes that hold what this provider would refuse cannot pass as they are.
  const passes =
    relayed && exchange.joint === undefined && !tools.seals.mustSettle(exchange, target.credential, dialect);
  const made: MadeBody = passes
    ? relayBody(exchange, target, endpoint)
    : translateBody(exchange, target, dialect, endpoint, {
        seals: tools.seals,
        // A price for cache writes says that the model keeps prompts, and that it must be told which.
        marksPrompt: tools.settings.promptCacheMarks && price.cacheWrite5m !== undefined,
      });
  if (exchange.strict && exchange.notes.list.length > 0) throw tooLossy(target, exchange.notes.list);
  const sale = saleAt(exchange.key.organization.sales, target);
  return { target, dialect, relayed, endpoint, path, price, sale, notes: [...exchange.notes.list], ...made };
}

function pathOf(exchange: Exchange, { endpoint }: Way, relayed: boolean): Path {
  if (exchange.door.special === undefined) return endpoint.path;
  if (relayed && endpoint.compactPath !== undefined) return endpoint.compactPath;
  throw invalidRequest(
    'The model behind this name cannot compact a conversation. Choose one whose provider does, or shorten it yourself.',
    'model',
  );
}

/**
 * The caller's own dialect if the provider speaks it with this model; else all others that it does and we know, in its
 * own order. A reasoning model is first asked where its reasoning can be brought back.
 */
function waysTo(exchange: Exchange, target: Target): Way[] {
  const { provider } = target.credential;
  const { name, thinking, fixedSampling } = target.model.target;
  const own = endpointFor(provider, exchange.dialect.id, name);
  if (own !== undefined) return [{ dialect: exchange.dialect, endpoint: own }];
  const ways = (Object.keys(provider.speaks) as DialectId[]).flatMap((id) => {
    const dialect = dialects[id];
    const endpoint = endpointFor(provider, id, name);
    return dialect === undefined || endpoint === undefined ? [] : [{ dialect, endpoint }];
  });
  const reasons = fixedSampling === true || (thinking !== undefined && thinking !== 'none');
  if (!reasons) return ways;
  return ways.toSorted(
    (a, b) => Number(b.endpoint.sealsReasoning ?? false) - Number(a.endpoint.sealsReasoning ?? false),
  );
}

function noWay(target: Target): LlmFailure {
  return new LlmFailure({
    kind: 'internal',
    message: `The provider of ${target.model.id} speaks no dialect that this version knows with this model.`,
  });
}

function withoutPrice(target: Target): LlmFailure {
  return new LlmFailure({
    kind: 'unavailable',
    message: `The model ${target.model.id} has no price, so it is not called. Give it one in the configuration: models: { "${target.model.id}": { price: { input: …, output: … } } }.`,
    code: 'model_without_price',
  });
}

function tooLossy(target: Target, notes: readonly Note[]): LlmFailure {
  const losses = notes.map((note) => `${note.field} (${note.why})`).join('; ');
  return new LlmFailure({
    kind: 'invalid-request',
    message: `${target.model.id} cannot be asked without loss, and x-tollgate-fidelity is strict: ${losses}.`,
    param: notes[0]?.field,
    code: 'translation_lossy',
  });
}
