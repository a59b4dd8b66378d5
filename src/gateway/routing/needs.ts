/** What a chat needs of whoever answers it, found without reading a body that cannot need it. */
import { perObject } from '../../lib/per-object.ts';
import type { Block, ChatRequest } from '../../llm/chat.ts';
import type { Needs } from '../../routing/ask.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { Exchange } from '../exchange.ts';
import { largeBytes } from '../read-ahead.ts';
import { parseAsk } from '../translate.ts';

/** Without one of these bytes there is no picture, file or sound in a body, whatever its dialect. */
const mediaMarks = ['image', '"document"', '"file', 'input_file', 'inlineData', 'inline_data', 'audio', 'video'].map(
  (mark) => Buffer.from(mark),
);

/** Only what some of the targets cannot do: nobody else will ask. */
export function needsOf(exchange: Exchange, targets: readonly Target[]): Needs {
  const limits = limitsOf(targets);
  if (limits === noLimits) return noNeeds;
  const { scan } = exchange.ask;
  const has = (...names: string[]) => scan.fields.some((field) => names.includes(field.name) && !isEmpty(field));
  const needs: { -readonly [Name in keyof Needs]: Needs[Name] } = {};
  if (limits.tools && has('tools', 'functions', 'toolConfig')) needs.tools = true;
  if (limits.thinking && has('thinking', 'reasoning', 'reasoning_effort')) needs.thinking = true;
  if (limits.inputs && mediaMarks.some((mark) => scan.body.includes(mark))) Object.assign(needs, mediaNeeds(exchange));
  return needs;
}

interface Limits {
  readonly tools: boolean;
  readonly thinking: boolean;
  readonly inputs: boolean;
}

const noNeeds: Needs = Object.freeze({});
const noLimits: Limits = Object.freeze({ tools: false, thinking: false, inputs: false });
/** By the targets of a route, which are the same for each of its requests. */
const limitsOf = perObject((targets: readonly Target[]): Limits => {
  const tools = targets.some(({ model }) => model.tools === false);
  const thinking = targets.some(({ model }) => model.thinks === false);
  const inputs = targets.some(({ model }) => (model.inputs?.length ?? 0) > 0);
  return tools || thinking || inputs ? { tools, thinking, inputs } : noLimits;
});

/** `[]`, `{}` and `null` ask for nothing. */
function isEmpty({ valueStart, valueEnd }: { readonly valueStart: number; readonly valueEnd: number }): boolean {
  return valueEnd - valueStart <= 4;
}

function mediaNeeds(exchange: Exchange): Needs {
  const { body } = exchange.ask.scan;
  // It is read in turns, later: what its bytes say must do.
  if (body.length > largeBytes) return body.includes('application/pdf') ? { pdf: true } : { image: true };
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
