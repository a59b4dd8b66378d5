/** The same dialect on both sides: the caller's bytes, with only what must change spliced in. */

import type { RelayPlan } from '../dialects/door.ts';
import { type JsonEdit, parseScanned, readField, scanJson, spliceJson, stringifyJson } from '../lib/json.ts';
import type { Endpoint } from '../providers/provider.ts';
import { applyQuirks, quirkEdits } from '../providers/quirk.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Ask } from './body.ts';
import { callOf } from './call.ts';
import type { Exchange, Visit } from './exchange.ts';
import type { MadeBody } from './made-body.ts';

/** Throws LlmFailure (invalid-request) for what must reach no provider. */
export function relayBody(exchange: Exchange, target: Target, endpoint: Endpoint): MadeBody {
  const plan = exchange.door.planRelay(exchange.ask.scan, exchange.ask.stream);
  return relayJson(exchange, exchange.ask, plan, target, endpoint);
}

/** A JSON body of any operation. */
export function relayJson(
  exchange: Visit,
  { scan, stream, inBody }: Pick<Ask, 'scan' | 'stream' | 'inBody'>,
  plan: RelayPlan,
  target: Target,
  endpoint: Pick<Endpoint, 'quirks'>,
): MadeBody {
  const name = target.model.target.name;
  // A path that names the model says more than the body, which may name another, or none.
  const sent = inBody ? readField(scan, 'model') : name;
  const own: JsonEdit[] =
    name === sent ? [...plan.edits] : [{ name: 'model', value: JSON.stringify(name) }, ...plan.edits];
  const quirks = endpoint.quirks ?? [];
  const call = callOf(target, stream);
  const { edits, losses, needsTree } = quirkEdits(quirks, call, scan, own);
  exchange.replaceNotes(losses.map(({ field, why }) => ({ field, why })));
  if (!needsTree)
    return {
      body: Buffer.concat(spliceJson(scan, edits)),
      withholdUsage: plan.withholdUsage,
      wantsStreamUsage: !plan.withholdUsage,
    };
  // A quirk that edits the tree costs a parse; top-level quirks are applied along with it.
  const tree = applyQuirks(quirks, call, parseScanned(scanJson(Buffer.concat(spliceJson(scan, own)))));
  exchange.replaceNotes(tree.losses.map(({ field, why }) => ({ field, why })));
  return {
    body: Buffer.from(stringifyJson(tree.body)),
    withholdUsage: plan.withholdUsage,
    wantsStreamUsage: !plan.withholdUsage,
  };
}
