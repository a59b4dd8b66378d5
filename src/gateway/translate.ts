/** Two dialects: the caller's body is parsed into the neutral language and rendered anew, and each loss is noted. */
import type { Dialect, JsonObject } from '../dialects/dialect.ts';
import { parseScanned } from '../lib/json.ts';
import { jsonBytes } from '../lib/json-bytes.ts';
import { putBack } from '../lib/lifted-json.ts';
import { withCacheMarks } from '../llm/cache-marks.ts';
import type { ChatRequest } from '../llm/chat.ts';
import { refuseFreeform, withoutFreeform } from '../llm/freeform.ts';
import type { TargetModel } from '../llm/model.ts';
import { NoteList } from '../llm/notes.ts';
import type { Endpoint } from '../providers/provider.ts';
import { applyQuirks } from '../providers/quirk.ts';
import type { Target } from '../snapshot/snapshot.ts';
import { asRefusal } from './body.ts';
import { callOf } from './call.ts';
import type { Exchange } from './exchange.ts';
import type { MadeBody } from './made-body.ts';
import type { Seals } from './seals/seals.ts';
import type { BodyPieces } from './upstream/sent-body.ts';

export interface TranslationTools {
  readonly seals: Seals;
  /** Whether to mark the prompt for the provider's cache where the caller cannot. */
  readonly marksPrompt: boolean;
}

export function translateBody(
  exchange: Exchange,
  target: Target,
  dialect: Dialect,
  endpoint: Endpoint,
  tools: TranslationTools,
): MadeBody {
  const { body, ...made } = translated(exchange, target, dialect, endpoint, tools);
  const pieces = bodyPieces(exchange, body);
  if (pieces !== undefined) return { ...made, body: pieces };
  exchange.forgetLifted();
  return translateBody(exchange, target, dialect, endpoint, tools);
}

/** Undefined where this dialect has looked into what was lifted out, or leaves it out: it must see the whole. */
function bodyPieces({ lifted }: Exchange, body: JsonObject): BodyPieces | undefined {
  return lifted === undefined ? [jsonBytes(body)] : putBack(jsonBytes(body), lifted.strings);
}

function translated(
  exchange: Exchange,
  target: Target,
  dialect: Dialect,
  endpoint: Endpoint,
  { seals, marksPrompt }: TranslationTools,
): Omit<MadeBody, 'body'> & { readonly body: JsonObject } {
  const notes = new NoteList();
  const asked = parseAsk(exchange);
  const request = exchange.joint?.request(asked) ?? asked;
  const whole = seals.settle(request, exchange, target.credential, dialect, notes);
  const settled = marksPrompt ? withCacheMarks(whole, exchange.dialect.id, dialect.id) : whole;
  const isSame = dialect.id === exchange.dialect.id;
  const model = isSame ? asWritten(settled, target.model.target) : target.model.target;
  const takesFreeform = isSame || dialect.freeformTools;
  if (!takesFreeform && !exchange.door.mapsFreeform) refuseFreeform(settled);
  const plain = takesFreeform ? settled : withoutFreeform(settled, notes);
  const rendered = dialect.renderRequest(plain, model, notes);
  const call = callOf(target, exchange.ask.stream);
  const { body, losses } = applyQuirks(endpoint.quirks ?? [], call, rendered);
  for (const loss of losses) notes.dropped(loss.field, loss.why);
  exchange.replaceNotes(notes.list);
  const { wantsStreamUsage, legacyCalls, turns } = request;
  // Between two speakers of the same dialect the answer passes as it comes: what its caller did not ask for is held back.
  const withholdUsage = isSame && exchange.door.planRelay(exchange.ask.scan, exchange.ask.stream).withholdUsage;
  return { body, withholdUsage, wantsStreamUsage, legacyCalls, turns, request };
}

/** What goes out in the caller's own dialect stays as the caller wrote it, whatever is known of the model. */
function asWritten({ thinking }: ChatRequest, { name, thinking: known }: TargetModel): TargetModel {
  if (thinking?.mode === 'budget') return { name, thinking: 'budget' };
  return { name, thinking: known === 'effort' ? 'effort' : 'adaptive' };
}

/** The caller's body in the neutral language; `tree`: as it was parsed before. Throws LlmFailure (invalid-request). */
export function parseAsk(exchange: Exchange, tree?: JsonObject): ChatRequest {
  exchange.parsed ??= parse(exchange, tree);
  return exchange.parsed;
}

function parse(exchange: Exchange, tree?: JsonObject): ChatRequest {
  const { scan } = exchange.lifted ?? exchange.ask;
  try {
    const body: JsonObject = { ...exchange.door.bodyDefaults, ...(tree ?? parseScanned(scan)) };
    return exchange.dialect.parseRequest(body, exchange.ask);
  } catch (error) {
    throw asRefusal(error);
  }
}
