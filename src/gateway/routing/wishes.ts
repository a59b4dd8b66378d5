/** What a request's body says of the choice. The fields are the gateway's own, and no provider sees them. */
import { type JsonScan, readField, scanJson, spliceJson } from '../../lib/json.ts';
import { noPreferences, type Preferences, preferenceFields, readPreferences } from '../../routing/preferences.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { asRefusal } from '../body.ts';
import type { Exchange } from '../exchange.ts';

/**
 * Takes them out of the body; unless its one provider chooses among others itself, by the same fields. Throws LlmFailure
 * (invalid-request).
 */
export function takeWishes(exchange: Exchange, snapshot: Snapshot): Preferences {
  const { ask } = exchange;
  if (!hasWishes(ask.scan) || choosesItself(snapshot, ask.model)) return noPreferences;
  try {
    const [models, route, provider] = preferenceFields.map((name) => readField(ask.scan, name));
    const edits = preferenceFields.map((name) => ({ name, value: undefined }));
    const body = Buffer.concat(spliceJson(ask.scan, edits));
    exchange.ask = { ...ask, scan: scanJson(body, exchange.dialect.rawKeys) };
    return readPreferences({ models, route, provider });
  } catch (error) {
    throw asRefusal(error);
  }
}

function hasWishes({ fields }: JsonScan): boolean {
  return fields.some(({ name }) => (preferenceFields as readonly string[]).includes(name));
}

function choosesItself(snapshot: Snapshot, model: string): boolean {
  const found = snapshot.resolve(model);
  if (!('route' in found)) return false;
  const [only, ...others] = found.route.targets;
  return others.length === 0 && only?.credential.provider.choosesItself === true;
}
