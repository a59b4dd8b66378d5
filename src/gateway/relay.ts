/** The same dialect on both sides: the caller's bytes, with only what must change spliced in. */

import type { RelayPlan } from '../dialects/door.ts';
import { type JsonEdit, type JsonScan, parseScanned, readField, scanJson, spliceJson } from '../lib/json.ts';
import { jsonBytes } from '../lib/json-bytes.ts';
import { type LiftedJson, putBack } from '../lib/lifted-json.ts';
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
  const edits = [...plan.edits, ...headerFields(exchange, endpoint, plan)];
  const ask = { ...exchange.ask, lifted: exchange.lifted };
  return { ...relayJson(exchange, ask, { ...plan, edits }, target, endpoint), headers: plan.headers };
}

const headerCharactersMax = 4096;

/** Headers of the caller that this endpoint wants as a list in the body; one that has the field already keeps it. */
function headerFields({ door, request, ask }: Exchange, endpoint: Endpoint, { headers = {} }: RelayPlan): JsonEdit[] {
  return Object.entries(endpoint.headerFields ?? {}).flatMap(([header, name]) => {
    const theirs = door.forwardedHeaders.includes(header) ? request.headers[header] : undefined;
    const text = headers[header] ?? theirs;
    if (typeof text !== 'string' || text.length > headerCharactersMax) return [];
    if (headers[header] === undefined && ask.scan.fields.some((field) => field.name === name)) return [];
    const words = text.split(',').map((word) => word.trim());
    return [{ name, value: JSON.stringify(words.filter((word) => word !== '')) }];
  });
}

export interface RelayedJson extends Pick<Ask, 'scan' | 'stream' | 'inBody'> {
  /** The same, with its pictures lifted out. */
  readonly lifted?: LiftedJson | undefined;
}

/** A JSON body of any operation. */
export function relayJson(
  exchange: Visit,
  { scan, stream, inBody, lifted }: RelayedJson,
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
  const told = { withholdUsage: plan.withholdUsage, wantsStreamUsage: !plan.withholdUsage };
  const { edits, losses, needsTree } = quirkEdits(quirks, call, lifted?.scan ?? scan, own);
  exchange.replaceNotes(losses.map(({ field, why }) => ({ field, why })));
  if (!needsTree) return { ...told, body: spliceJson(scan, edits) };
  const edited = (source: JsonScan) => {
    const tree = applyQuirks(quirks, call, parseScanned(scanJson(Buffer.concat(spliceJson(source, own)))));
    exchange.replaceNotes(tree.losses.map(({ field, why }) => ({ field, why })));
    return jsonBytes(tree.body);
  };
  // A quirk that edits the tree costs a parse; top-level quirks are applied along with it.
  const pieces = lifted && putBack(edited(lifted.scan), lifted.strings);
  return { ...told, body: pieces ?? [edited(scan)] };
}
