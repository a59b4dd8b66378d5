/**
 * Writes a request. The contents come last and nothing before them depends on the newest turn, so that one more turn
 * leaves the bytes before it as they were (cached prompts survive). https://ai.google.dev/api/generate-content
 */
import { settleCarried } from '../../llm/carried.ts';
import type { Block, ChatRequest } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import type { JsonObject } from '../dialect.ts';
import { refused } from '../shape.ts';
import type { WireObject } from '../wire-object.ts';
import { splitCarried } from './config.ts';
import { renderConfig } from './render-config.ts';
import { renderContents } from './render-contents.ts';
import { noteBlock } from './render-parts.ts';
import { renderToolSetup } from './render-tools.ts';
import { dialectId, restored } from './wire.ts';

/** Throws LlmFailure for what cannot be expressed and would change the answer; notes the rest. */
export function renderRequest(request: ChatRequest, target: TargetModel, notes: Notes): JsonObject {
  settleCarried(request.carried, dialectId, notes, ['thinking']);
  const { config, beside } = splitCarried(restored(request.carried));
  const { toolConfig, ...rest } = beside;
  if (request.endUser !== undefined) notes.dropped('user', 'the target has no field for an end user');
  const generationConfig = { ...renderConfig(request, target, notes), ...config };
  const system = renderSystem(request.system, notes);
  return {
    ...rest,
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
    ...renderToolSetup(request, toolConfig, notes),
    ...(system.length > 0 && { systemInstruction: { parts: system } }),
    contents: renderContents(request, target, notes),
  };
}

function renderSystem(blocks: readonly Block[], notes: Notes): WireObject[] {
  return blocks.flatMap((block, i): WireObject[] => {
    if (block.type === 'media') throw refused(`system[${i}]`, 'instructions can only hold text');
    noteBlock(block, notes);
    return block.type === 'text' && block.text !== '' ? [{ text: block.text }] : [];
  });
}
