/** What may be said of a model, checked before it is written: nothing hides anything, and nothing becomes free. */
import type { Store } from '../../store/store.ts';
import { ApiFailure, conflict, notFound } from '../api/failure.ts';
import type { ApiParts } from '../api/route.ts';
import type { PriceBody } from './fields.ts';
import { listRows } from './records.ts';
import type { KnownModel, ModelTools } from './tools.ts';

export function modelTools({ models }: ApiParts): ModelTools {
  if (models !== undefined) return models;
  throw new ApiFailure('unavailable', 'This process knows no models.', { remedy: 'Ask a gateway.' });
}

/** Throws ApiFailure (conflict): the file wins, so saying something else here would have no effect. */
export function refuseDeclared(tools: ModelTools, id: string): void {
  if (!tools.isDeclared(id)) return;
  throw conflict(`The configuration file says what ${id} is, and wins.`, `Change models."${id}" there.`);
}

/** Throws ApiFailure (not_found). */
export function knownModel(tools: ModelTools, id: string): KnownModel {
  const found = tools.find(id);
  if (found === undefined) throw notFound('model', id);
  return found;
}

/** Throws ApiFailure (invalid_request) for a provider that nobody knows: such a model could never be asked. */
export function refuseUnknownProvider(tools: ModelTools, id: string, path = 'id'): void {
  const provider = id.slice(0, id.indexOf('/'));
  if (tools.providerKind(provider) !== undefined) return;
  throw new ApiFailure('invalid_request', `There is no provider ${JSON.stringify(provider)}.`, {
    remedy: 'Add the provider first, or write the model as provider/name of one that there is.',
    path,
  });
}

/** Usage rows will name it so. Throws ApiFailure (invalid_request) for what is no exact price. */
export function versionOf(tools: ModelTools, id: string, price: PriceBody, path = 'price'): string {
  try {
    return tools.priceVersion(id, price);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `The price cannot be: ${error.message.replace(/^models\..*\.price\.?/, '')}.`;
    throw new ApiFailure('invalid_request', message, {
      remedy: 'Write decimal dollars that are exact in pico-dollars for a token.',
      path,
    });
  }
}

/** Times before it began would change what was charged already, and those far away are typing mistakes. */
export function startOf(effectiveAtMs: number | undefined, nowMs: number): number {
  if (effectiveAtMs === undefined) return nowMs;
  if (effectiveAtMs < nowMs - lateMs || effectiveAtMs > nowMs + aheadMs) {
    throw new ApiFailure('invalid_request', 'effectiveAt is in the past, or more than two years away.', {
      remedy: 'What was charged stays as it is: name a time from now on, or leave it out.',
      path: 'effectiveAt',
    });
  }
  return Math.max(effectiveAtMs, nowMs);
}

/** A clock that is a little behind ours means now. */
const lateMs = 60_000;
const aheadMs = 2 * 366 * 86_400_000;

/**
 * `alias` would be one more name of `model`, with and without its provider. Throws ApiFailure (conflict) where that name
 * means something already, or where the model is an alias itself.
 */
export async function refuseShadowing(
  db: Store['db'],
  tools: ModelTools,
  { alias, model, path = 'alias' }: { readonly alias: string; readonly model: string; readonly path?: string },
): Promise<void> {
  const provider = model.slice(0, model.indexOf('/'));
  const rows = await listRows(db);
  const asAlias = rows.find((row) => row.aliases.some((each) => `${providerOf(row.name)}/${each}` === model));
  if (asAlias !== undefined) throw refused(`${model} is an alias of ${asAlias.name} itself`, path);
  if (`${provider}/${alias}` === model) throw refused(`${alias} is the name of ${model} itself`, path);
  const taken = rows.find((row) => row.name !== model && row.aliases.includes(alias));
  if (taken !== undefined) throw refused(`${alias} is an alias of ${taken.name}`, path);
  const known = rows.find((row) => row.name === model)?.aliases.includes(alias) === true;
  if (known) return;
  const meaning = tools.meaningOf(`${provider}/${alias}`) ?? tools.meaningOf(alias);
  if (meaning !== undefined) throw refused(`${alias} means ${meaning} already`, path);
}

function refused(why: string, path: string): ApiFailure {
  return new ApiFailure('conflict', `The name cannot be given: ${why}.`, {
    remedy: 'Choose a name that means nothing yet; a route chooses among several models.',
    path,
  });
}

function providerOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

/** Throws ApiFailure (conflict) while a route of the API names a model that would be gone. */
export async function refuseNamed(db: Store['db'], id: string): Promise<void> {
  const routes = await db.selectFrom('routes').select(['name', 'definition']).where('ended_at', 'is', null).execute();
  const leading = routes.filter(({ definition }) => namesModel(definition, id)).map(({ name }) => name);
  if (leading.length > 0)
    throw conflict(`${id} is a target of the route ${leading.join(', ')}.`, 'Take it out of there first.');
}

function namesModel(definition: unknown, id: string): boolean {
  if (definition === id) return true;
  if (typeof definition !== 'object' || definition === null) return false;
  if ('model' in definition && definition.model === id) return true;
  return 'targets' in definition && Array.isArray(definition.targets)
    ? definition.targets.some((target) => namesModel(target, id))
    : false;
}
