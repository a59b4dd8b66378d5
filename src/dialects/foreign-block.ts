/** Blocks that only another API has (a search result, a reference, a container), where somebody says them to the model. */
import { stringifyJson } from '../lib/json.ts';
import type { Block, DialectId } from '../llm/chat.ts';
import type { Notes } from '../llm/notes.ts';
import { refused } from './shape.ts';
import { isObject } from './wire-object.ts';

/** Their content is not text: as JSON they would say nothing. */
const wordless = ['document', 'container_upload'];

/** The block's JSON, which a model can read. Throws invalid-request where its content is not words. */
export function foreignText(raw: unknown, at: string, notes: Notes): string {
  const type = foreignType(raw);
  if (wordless.includes(type)) {
    const rule = `a ${type} block of this kind cannot be given to the model behind this name; send text or images`;
    throw refused(at, rule);
  }
  noteForeign(raw, notes);
  return stringifyJson(raw);
}

/** What a user or a tool says in such a block, as a text; any other block is itself. Throws like `foreignText`. */
export function worded(block: Block, dialect: DialectId, at: string, notes: Notes): Block {
  if (block.type !== 'opaque' || block.carried.dialect === dialect) return block;
  return { type: 'text', text: foreignText(block.carried.raw, at, notes) };
}

export function noteForeign(raw: unknown, notes: Notes): void {
  notes.dropped(`messages.content.${foreignType(raw)}`, 'only its own API has this block');
}

/** What its own API calls it. Converse names a block by its only key. */
export function foreignType(raw: unknown): string {
  if (!isObject(raw)) return 'unknown';
  return typeof raw.type === 'string' ? raw.type : (Object.keys(raw)[0] ?? 'unknown');
}
