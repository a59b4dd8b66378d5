/** What a chat needs of whoever answers it, found without reading a body that cannot need it. */
import type { Block, ChatRequest } from '../../llm/chat.ts';
import type { Needs } from '../../routing/ask.ts';
import type { Exchange } from '../exchange.ts';
import { parseAsk } from '../translate.ts';

/** Without one of these bytes there is no picture, file or sound in a body, whatever its dialect. */
const mediaMarks = ['image', '"document"', '"file', 'input_file', 'inlineData', 'inline_data', 'audio', 'video'].map(
  (mark) => Buffer.from(mark),
);
/** Beyond this size a body is read in turns, later: what its bytes say must do. */
const parsedBytesMax = 1024 * 1024;

export function needsOf(exchange: Exchange): Needs {
  const { scan } = exchange.ask;
  const has = (...names: string[]) => scan.fields.some((field) => names.includes(field.name) && !isEmpty(field));
  const needs: { -readonly [Name in keyof Needs]: Needs[Name] } = {};
  if (has('tools', 'functions', 'toolConfig')) needs.tools = true;
  if (has('thinking', 'reasoning', 'reasoning_effort')) needs.thinking = true;
  if (mediaMarks.some((mark) => scan.body.includes(mark))) Object.assign(needs, mediaNeeds(exchange));
  return needs;
}

/** `[]`, `{}` and `null` ask for nothing. */
function isEmpty({ valueStart, valueEnd }: { readonly valueStart: number; readonly valueEnd: number }): boolean {
  return valueEnd - valueStart <= 4;
}

function mediaNeeds(exchange: Exchange): Needs {
  const { body } = exchange.ask.scan;
  if (body.length > parsedBytesMax) return body.includes('application/pdf') ? { pdf: true } : { image: true };
  try {
    return mediaOf(parseAsk(exchange));
  } catch {
    // What is wrong with it is told by whoever is asked.
    return {};
  }
}

function mediaOf({ system, turns }: ChatRequest): Needs {
  const needs: { -readonly [Name in keyof Needs]: Needs[Name] } = {};
  const look = (block: Block): void => {
    if (block.type === 'tool-result') block.content.forEach(look);
    if (block.type !== 'media') return;
    const kind = block.kind === 'document' ? 'pdf' : block.kind;
    // A text file goes wherever text goes.
    if (kind !== 'pdf' || !('text' in block.source)) needs[kind] = true;
  };
  system.forEach(look);
  for (const { blocks } of turns) blocks.forEach(look);
  return needs;
}
