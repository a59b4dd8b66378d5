/** Two dialects: the caller's body is parsed into the neutral language and rendered anew, and each loss is noted. */
import type { Dialect, JsonObject } from '../dialects/dialect.ts';
import { JsonRefused, parseScanned } from '../lib/json.ts';
import { jsonBytes } from '../lib/json-bytes.ts';
import { withCacheMarks } from '../llm/cache-marks.ts';
import type { ChatRequest } from '../llm/chat.ts';
import { LlmFailure } from '../llm/error.ts';
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
  { seals, marksPrompt }: TranslationTools,
): MadeBody {
  const notes = new NoteList();
  const request = parseAsk(exchange);
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
  return { body: [jsonBytes(body)], withholdUsage, wantsStreamUsage, legacyCalls, turns, request };
}

/** What goes out in the caller's own dialect stays as the caller wrote it, whatever is known of the model. */
function asWritten({ thinking }: ChatRequest, { name, thinking: known }: TargetModel): TargetModel {
  if (thinking?.mode === 'budget') return { name, thinking: 'budget' };
  return { name, thinking: known === 'effort' ? 'effort' : 'adaptive' };
}

/** The caller's body in the neutral language. Throws LlmFailure (invalid-request). */
export function parseAsk(exchange: Exchange): ChatRequest {
  exchange.parsed ??= parse(exchange);
  return exchange.parsed;
}

/** From this size on, reading a body and writing it anew are turns of their own: together they would hold up others. */
const largeBytes = 1024 * 1024;

/** Reads a large body ahead of whoever needs it. What is wrong with it is found again, and told, by the plan. */
export async function readAhead(exchange: Exchange): Promise<void> {
  if (exchange.ask.scan.body.length < largeBytes) return;
  await turn();
  try {
    const tree = parseScanned(exchange.ask.scan);
    await turn();
    exchange.parsed = parse(exchange, tree);
  } catch (error) {
    if (!(error instanceof LlmFailure) && !(error instanceof JsonRefused)) throw error;
  }
  await turn();
}

/**
 * Not only until the next turn: a small request takes several to pass, and would meet each step of the large one. The
 * upload of a large body takes many times as long.
 */
const pauseMs = 10;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));

function parse(exchange: Exchange, tree?: JsonObject): ChatRequest {
  try {
    const body: JsonObject = { ...exchange.door.bodyDefaults, ...(tree ?? parseScanned(exchange.ask.scan)) };
    return exchange.dialect.parseRequest(body, exchange.ask);
  } catch (error) {
    throw asRefusal(error);
  }
}
