/** Reads what was kept as a conversation, whatever dialect it came in. */
import type { ContentBlock, ContentTurn, ConversationReader } from './control/content/kept-content.ts';
import type { Dialect } from './dialects/dialect.ts';
import { dialects } from './dialects/index.ts';
import { parseJson } from './lib/json.ts';
import type { Block, ChatEvent } from './llm/chat.ts';

export const conversationReader: ConversationReader = {
  turns(dialect, model, request) {
    return attempt(dialect, (codec) => {
      const { system, turns } = codec.parseRequest(parseJson(Buffer.from(request), codec.rawKeys), {
        model,
        stream: false,
      });
      const first: ContentTurn[] = system.length === 0 ? [] : [{ role: 'system', blocks: system.flatMap(shown) }];
      return [...first, ...turns.map(({ role, blocks }) => ({ role, blocks: blocks.flatMap(shown) }))];
    });
  },
  answer(dialect, streamed, bytes) {
    return attempt(dialect, (codec) => {
      const answer = new GatheredAnswer();
      const emit = (event: ChatEvent) => answer.event(event);
      if (streamed) readStream(codec, bytes, emit);
      else codec.parseResponse(parseJson(bytes, codec.rawKeys), emit);
      return answer.blocks();
    });
  },
};

/** What cannot be read is shown as the text that it is. */
function attempt<T>(id: string, read: (codec: Dialect) => T): T | undefined {
  const codec = Object.hasOwn(dialects, id) ? dialects[id as Dialect['id']] : undefined;
  if (codec === undefined) return undefined;
  try {
    return read(codec);
  } catch {
    return undefined;
  }
}

/** It may have been cut: what came before that is an answer too. */
function readStream(codec: Dialect, bytes: Buffer, emit: (event: ChatEvent) => void): void {
  const parser = codec.parseStream(emit);
  const frames = codec.framing.parser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  frames.push(bytes);
}

class GatheredAnswer {
  readonly #blocks = new Map<number, { block: Block; text: string }>();

  event(event: ChatEvent): void {
    if (event.type === 'block-start') this.#blocks.set(event.index, { block: event.block, text: '' });
    else if (event.type === 'block-delta') {
      const at = this.#blocks.get(event.index);
      if (at !== undefined) at.text += event.delta;
    }
  }

  blocks(): readonly ContentBlock[] {
    return [...this.#blocks.values()].flatMap(({ block, text }) =>
      shown(block).map((each) => (text === '' ? each : { ...each, text: (each.text ?? '') + text })),
    );
  }
}

function shown(block: Block): readonly ContentBlock[] {
  switch (block.type) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return [{ type: block.type, text: block.text }];
    case 'tool-call':
      return [{ type: 'tool-call', name: block.name, callId: block.id, text: block.args }];
    case 'tool-result':
      return resultOf(block);
    case 'media':
      return [
        { type: 'media', name: block.name, mediaType: block.mediaType ?? block.kind, text: sourceOf(block.source) },
      ];
    default:
      return [{ type: 'other', text: JSON.stringify(block.carried.raw) }];
  }
}

function resultOf({
  callId,
  name,
  content,
  isError,
}: Extract<Block, { type: 'tool-result' }>): readonly ContentBlock[] {
  const inner = content.flatMap(shown);
  const text = inner.map((each) => each.text ?? `[${each.mediaType ?? each.type}]`).join('\n');
  return [{ type: 'tool-result', callId, name, text, isError }];
}

/** Media are named, not shown. */
function sourceOf(source: Extract<Block, { type: 'media' }>['source']): string {
  if ('url' in source) return source.url;
  if ('text' in source) return source.text;
  if ('file' in source) return source.file;
  return `[${source.base64.length} characters of base64]`;
}
