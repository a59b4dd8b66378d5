/** At which provider a file or a batch is made, and who may. */
import { invalidRequest, LlmFailure } from '../../llm/error.ts';
import type { WireId } from '../../llm/operation.ts';
import type { Service } from '../../providers/provider.ts';
import { keyMayCall, matchesPattern } from '../../snapshot/allow-list.ts';
import { providerNameOf } from '../../snapshot/names.ts';
import type { Key, Snapshot, Target } from '../../snapshot/snapshot.ts';
import { targetOf } from './batch-settlement.ts';

/** A provider that keeps something: a target without a model. */
export interface Keeper {
  readonly target: Target;
  readonly service: Service;
}

/** Those that serve it and that this key may call anything at. */
export function keepersOf(snapshot: Snapshot, key: Key, wire: WireId): readonly Keeper[] {
  return (snapshot.listCredentials?.() ?? []).flatMap(({ credential, timeouts }) => {
    const service = credential.provider.serves?.[wire];
    if (service === undefined || !mayAsk(key, providerNameOf(credential.id))) return [];
    return [{ service, target: { credential, timeouts, model: noModel(providerNameOf(credential.id)) } }];
  });
}

function noModel(id: string): Target['model'] {
  return { id, provider: id, name: '', target: { name: '' }, priceAt: () => undefined };
}

function mayAsk({ models }: Key, provider: string): boolean {
  if (models === undefined) return true;
  return models.some((pattern) => pattern.startsWith(`${provider}/`) || matchesPattern(pattern, `${provider}/`));
}

/** Throws LlmFailure (not-found) where the provider is configured no more. */
export function keeperOf(snapshot: Snapshot, key: Key, wire: WireId, credential: string): Keeper {
  const found = keepersOf(snapshot, key, wire).find(({ target }) => target.credential.id === credential);
  if (found !== undefined) return found;
  throw new LlmFailure({
    kind: 'not-found',
    message: `The provider ${providerNameOf(credential)}, which keeps it, is not configured any more, or this key may not call it.`,
    code: 'provider_not_found',
  });
}

/** The only one, or the one that the caller names. Throws LlmFailure (invalid-request). */
export function chosenKeeper(snapshot: Snapshot, key: Key, wire: WireId, named: string | undefined): Keeper {
  const known = keepersOf(snapshot, key, wire);
  // Of an organization's own credential and the platform's for the same provider, the first one makes things.
  const all = [...new Map(known.toReversed().map((each) => [nameOf(each), each])).values()].toReversed();
  const [only, ...others] = named === undefined ? all : all.filter((each) => nameOf(each) === named);
  if (only !== undefined && others.length === 0) return only;
  const names = all.map(nameOf).join(', ');
  if (all.length === 0)
    throw invalidRequest(
      `No provider that this key may call keeps files or batches of this kind (${wire}).`,
      undefined,
      'operation_not_served',
    );
  throw invalidRequest(
    `Say which provider is meant with the header x-tollgate-provider: ${names}.`,
    'x-tollgate-provider',
    'provider_ambiguous',
  );
}

function nameOf({ target }: Keeper): string {
  return providerNameOf(target.credential.id);
}

/**
 * Models that stand in a batch are called like any other: the key must be allowed to, and they must have a price.
 * Throws LlmFailure (forbidden, model-not-found, unavailable).
 */
export function checkModels(
  snapshot: Snapshot,
  key: Key,
  credential: string,
  models: readonly string[],
  nowMs: number,
): void {
  for (const name of models) {
    const id = `${providerNameOf(credential)}/${name}`;
    const target = targetOf(snapshot, credential, name);
    if (target === undefined || target.model.target.name !== name)
      throw new LlmFailure({
        kind: 'model-not-found',
        message: `The batch asks the model ${JSON.stringify(name.slice(0, 256))}, which ${providerNameOf(credential)} does not have by that name. In a batch, models are named as the provider names them.`,
        param: 'model',
        code: 'model_not_found',
      });
    // A name with a slash may look like another provider's.
    if (!keyMayCall(key, name.includes('/') ? [id] : [name, id]))
      throw new LlmFailure({
        kind: 'forbidden',
        message: `The key ${JSON.stringify(key.name)} may not call ${JSON.stringify(id)}, which the batch asks.`,
        param: 'model',
        code: 'model_not_allowed',
      });
    if ((target.model.operationPriceAt?.(nowMs) ?? target.model.priceAt(nowMs)) === undefined)
      throw new LlmFailure({
        kind: 'unavailable',
        message: `The model ${id} has no price, so it is not called. Give it one in the configuration (models).`,
        code: 'model_without_price',
      });
  }
}
