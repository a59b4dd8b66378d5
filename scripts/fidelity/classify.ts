/**
 * What becomes of one field of a dialect when the target speaks another: the field is added to a request that is
 * otherwise the same, and the effect is looked at.
 */
import type { Dialect } from '../../src/dialects/dialect.ts';
import { parseJson, stringifyJson } from '../../src/lib/json.ts';
import type { ChatRequest } from '../../src/llm/chat.ts';
import { LlmFailure } from '../../src/llm/error.ts';
import { withoutFreeform } from '../../src/llm/freeform.ts';
import type { TargetModel } from '../../src/llm/model.ts';
import { NoteList } from '../../src/llm/notes.ts';
import type { FieldCase, FieldList } from './field.ts';

export type Fate =
  | { readonly fate: 'passes' | 'mapped' | 'silent' }
  | { readonly fate: 'settled' | 'refused'; readonly why: string }
  | { readonly fate: 'reported'; readonly fields: readonly string[]; readonly changed: boolean };

interface Outcome {
  readonly text: string;
  readonly notes: readonly string[];
}

/** Throws when the sample itself is no request of its dialect. */
export function fateOf(from: Dialect, to: Dialect, list: FieldList, each: FieldCase, target: TargetModel): Fate {
  if (from.id === to.id) return { fate: 'passes' };
  const base = outcomeOf(parse(from, list, each.field, each.base), to, target);
  const outcome = outcomeOf(parse(from, list, each.field, each.body), to, target);
  if (typeof base === 'string') throw new Error(`${from.id} ${each.field}: its base is refused: ${base}`);
  if (typeof outcome === 'string') return { fate: 'refused', why: outcome };
  const fields = outcome.notes.filter((field) => !base.notes.includes(field));
  const changed = outcome.text !== base.text;
  if (fields.length > 0) return { fate: 'reported', fields, changed };
  if (changed) return { fate: 'mapped' };
  const why = typeof each.settled === 'string' ? each.settled : each.settled?.[to.id];
  return why === undefined ? { fate: 'silent' } : { fate: 'settled', why };
}

function parse(from: Dialect, list: FieldList, field: string, fields: object | undefined): ChatRequest {
  const body = { ...list.least, ...fields };
  const stream = 'stream' in body && body.stream === true;
  try {
    return from.parseRequest(parseJson(Buffer.from(JSON.stringify(body)), from.rawKeys), { model: 'm', stream });
  } catch (error) {
    throw new Error(`${from.id} ${field}: the sample is no request: ${String(error)}`);
  }
}

/** The rendered body and what was noted, or the message of the refusal. */
function outcomeOf(request: ChatRequest, to: Dialect, target: TargetModel): Outcome | string {
  const notes = new NoteList();
  try {
    // As the gateway does it: free text becomes JSON where a dialect's providers know nothing else.
    const plain = to.freeformTools ? request : withoutFreeform(request, notes);
    const text = stringifyJson(to.renderRequest(plain, target, notes));
    return { text, notes: notes.list.map(({ field }) => field) };
  } catch (error) {
    if (error instanceof LlmFailure && error.error.kind === 'invalid-request') return error.message;
    throw error;
  }
}
