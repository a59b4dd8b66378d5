/** How one target is asked for an operation: in which wire format, at which path, at which price. */
import type { OperationPrice } from '../../catalog/catalog.ts';
import type { SaleRule } from '../../catalog/sale.ts';
import type { JsonObject } from '../../dialects/dialect.ts';
import { parseScanned, stringifyJson } from '../../lib/json.ts';
import { LlmFailure } from '../../llm/error.ts';
import type { Note } from '../../llm/notes.ts';
import type { WireId } from '../../llm/operation.ts';
import type { ModelOperation, OperationTranslation, RateName } from '../../operations/operation.ts';
import { translationsOf } from '../../operations/translations.ts';
import { type Provider, pathFor, type Service } from '../../providers/provider.ts';
import { applyQuirks } from '../../providers/quirk.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import { asRefusal } from '../body.ts';
import { callOf } from '../call.ts';
import { saleAt } from '../metering/payer.ts';
import { relayJson } from '../relay.ts';
import { wholeBody } from '../upstream/sent-body.ts';
import type { OperationCall } from './operation-call.ts';

export interface OperationPlan {
  readonly target: Target;
  readonly wire: WireId;
  readonly service: Service;
  readonly path: string;
  readonly price: OperationPrice;
  /** What the customer pays for it. */
  readonly sale: SaleRule;
  /** Absent: bytes pass. */
  readonly translation?: { readonly by: OperationTranslation; readonly asked: JsonObject };
  /** JSON; a form's bytes come from the request itself. */
  readonly body?: Buffer;
  readonly withholdUsage: boolean;
}

/** Throws LlmFailure: this target does not serve it, has no price for it, or cannot be asked this. */
export function planOperation(call: OperationCall, target: Target, nowMs: number): OperationPlan {
  const { operation, ask } = call;
  const { service, wire, translation } = chooseService(operation, target);
  const price = priceFor(operation, target, service, nowMs);
  const path = pathFor(service.path, callOf(target, ask.stream));
  const sale = saleAt(call.key.organization.sales, target);
  const shared = { target, wire, service, path, price, sale, withholdUsage: false };
  if (ask.json === undefined) return shared;
  if (translation === undefined) {
    const relayed = { scan: ask.json.scan, stream: ask.stream, model: ask.model, inBody: ask.json.inBody };
    const edits = operation.planRelay?.(relayed.scan, relayed.stream) ?? { edits: [], withholdUsage: false };
    const made = relayJson(call, relayed, edits, target, service);
    refuseLosses(call, target);
    return { ...shared, body: wholeBody(made.body), withholdUsage: made.withholdUsage };
  }
  const asked = parseBody(call);
  const notes: Note[] = [];
  const dropped = (field: string, why: string) => notes.push({ field, why });
  const rendered = translation.request(asked, target.model.target.name, dropped);
  const { body, losses } = applyQuirks(service.quirks ?? [], callOf(target, ask.stream), rendered);
  call.replaceNotes([...notes, ...losses]);
  refuseLosses(call, target);
  return { ...shared, translation: { by: translation, asked }, body: Buffer.from(stringifyJson(body)) };
}

function parseBody(call: OperationCall): JsonObject {
  try {
    return call.ask.json === undefined ? {} : parseScanned(call.ask.json.scan);
  } catch (error) {
    throw asRefusal(error);
  }
}

/** The caller's own wire format if it is served; else one that the body can be translated to. */
function chooseService(
  operation: ModelOperation,
  target: Target,
): { service: Service; wire: WireId; translation?: OperationTranslation } {
  const { provider } = target.credential;
  const own = provider.serves?.[operation.wire];
  if (own !== undefined) return { service: own, wire: operation.wire };
  for (const translation of translationsOf(operation.wire)) {
    const service = provider.serves?.[translation.to];
    if (service !== undefined) return { service, wire: translation.to, translation };
  }
  throw notServed(operation, target, provider);
}

function notServed(operation: ModelOperation, target: Target, provider: Provider): LlmFailure {
  const served = [...Object.keys(provider.speaks), ...Object.keys(provider.serves ?? {})].join(', ');
  return new LlmFailure({
    kind: 'invalid-request',
    message: `${target.model.id} cannot be asked for ${operation.id} (${operation.wire}): ${provider.name} serves ${served === '' ? 'nothing else here' : served}. Name a model of a provider that serves it.`,
    param: 'model',
    code: 'operation_not_served',
  });
}

/** The price in force, if it has what this operation is sold by. Throws LlmFailure: an unknown price is never free. */
export function priceFor(
  operation: ModelOperation,
  { model, credential }: Target,
  service: Service,
  nowMs: number,
): OperationPrice {
  const price = model.operationPriceAt === undefined ? model.priceAt(nowMs) : model.operationPriceAt(nowMs);
  if (price !== undefined && operation.soldBy.some((rates) => rates.every((rate) => price[rate] !== undefined)))
    return price;
  if (service.free !== undefined || credential.provider.selfHosted) return freeOfCharge;
  const sold = operation.soldBy.map((rates) => rates.map((rate) => settingOf[rate]).join(' and ')).join(', or ');
  throw new LlmFailure({
    kind: 'unavailable',
    message: `The model ${model.id} has no price for ${operation.id}, so it is not called. Give it one in the configuration: models: { "${model.id}": { price: { … } } } with ${sold}.`,
    code: 'model_without_price',
  });
}

/** As the configuration writes it. */
const settingOf: Readonly<Record<RateName, string>> = {
  input: 'input',
  output: 'output',
  perImage: 'perImage',
  perAudioSecond: 'perAudioSecond',
  perCharacter: 'perMillionCharacters',
  perSearch: 'perSearch',
};

const freeOfCharge: OperationPrice = Object.freeze({ id: 'free-of-charge' });

function refuseLosses(call: OperationCall, target: Target): void {
  const losses = call.notes.list;
  if (!call.strict || losses.length === 0) return;
  throw new LlmFailure({
    kind: 'invalid-request',
    message: `${target.model.id} cannot be asked without loss, and x-tollgate-fidelity is strict: ${losses.map(({ field, why }) => `${field} (${why})`).join('; ')}.`,
    param: losses[0]?.field,
    code: 'translation_lossy',
  });
}
