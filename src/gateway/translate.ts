/** Two dialects: the caller's body is parsed into the neutral language and rendered anew, and each loss is noted. */
import type { Dialect, JsonObject } from '../dialects/dialect.ts';
import { parseScanned, stringifyJson } from '../lib/json.ts';
import type { ChatRequest } from '../llm/chat.ts';
import { NoteList } from '../llm/notes.ts';
import type { Endpoint } from '../providers/provider.ts';
import { applyQuirks } from '../providers/quirk.ts';
import type { Target } from '../snapshot/snapshot.ts';
import { asRefusal } from './body.ts';
import { callOf } from './call.ts';
import type { Exchange } from './exchange.ts';
import type { MadeBody } from './made-body.ts';

export function translateBody(exchange: Exchange, target: Target, dialect: Dialect, endpoint: Endpoint): MadeBody {
  const notes = new NoteList();
  const request = parseAsk(exchange);
  const rendered = dialect.renderRequest(request, target.model.target, notes);
  const call = callOf(target, exchange.ask.stream);
  const { body, losses } = applyQuirks(endpoint.quirks ?? [], call, rendered);
  for (const loss of losses) notes.dropped(loss.field, loss.why);
  exchange.replaceNotes(notes.list);
  const { wantsStreamUsage, legacyCalls } = request;
  return { body: Buffer.from(stringifyJson(body)), withholdUsage: false, wantsStreamUsage, legacyCalls };
}

/** The caller's body in the neutral language. Throws LlmFailure (invalid-request). */
export function parseAsk(exchange: Exchange): ChatRequest {
  try {
    const body: JsonObject = { ...exchange.door.bodyDefaults, ...parseScanned(exchange.ask.scan) };
    return exchange.dialect.parseRequest(body, exchange.ask);
  } catch (error) {
    throw asRefusal(error);
  }
}
