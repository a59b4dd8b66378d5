/** What is kept of one exchange, as JSON within its seal, and how it is made of what the gateway hands over. */
import type { ContentRule } from '../../snapshot/snapshot.ts';
import { redactor, withoutMedia } from './redaction.ts';

/** One piece of a conversation, whatever dialect it came in. */
export interface ContentBlock {
  readonly type: 'text' | 'thinking' | 'refusal' | 'tool-call' | 'tool-result' | 'media' | 'other';
  readonly text?: string | undefined;
  /** Of a tool, or of a file. */
  readonly name?: string | undefined;
  /** That a call and its result share. */
  readonly callId?: string | undefined;
  /** `image/png`, or what kind of thing it is. */
  readonly mediaType?: string | undefined;
  readonly isError?: boolean | undefined;
}

export interface ContentTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly blocks: readonly ContentBlock[];
}

export interface KeptSide {
  /** Absent where blocks say it all. */
  readonly text?: string | undefined;
  readonly encoding?: 'base64' | undefined;
  /** Of the whole, before it was cut or redacted. */
  readonly bytes: number;
  readonly isCut: boolean;
  readonly blocks?: readonly ContentBlock[] | undefined;
}

export interface KeptContent {
  readonly asked: string;
  readonly operation: string;
  readonly dialect: string;
  readonly model: string;
  readonly request: KeptSide;
  readonly answer: KeptSide & { readonly status: number; readonly contentType: string };
}

/** What reads dialects; the composition root has it. */
export interface ConversationReader {
  /** Undefined: it cannot be read as a conversation. */
  turns(dialect: string, model: string, request: string): readonly ContentTurn[] | undefined;
  answer(dialect: string, streamed: boolean, bytes: Buffer): readonly ContentBlock[] | undefined;
}

/** As the gateway's `KeptExchange` says, which this room does not see. */
export interface HandedExchange {
  readonly requestId: string;
  readonly organizationId: string;
  readonly startedAtMs: number;
  readonly operation: string;
  readonly dialect: string;
  readonly asked: string;
  readonly model: string;
  readonly rule: ContentRule;
  readonly request: { readonly bytes: Buffer; readonly length: number };
  readonly answer: {
    readonly bytes: Buffer;
    readonly length: number;
    readonly status: number;
    readonly contentType: string;
    readonly streamed: boolean;
  };
}

/**
 * Redacted. A stream is put together first: what is cut into pieces on the wire would slip through between them, and nobody
 * reads it in pieces.
 */
export function toKept(exchange: HandedExchange, reader: ConversationReader): KeptContent {
  const { operation, dialect, asked, model, request, answer, rule } = exchange;
  const clean = cleaner(rule);
  const blocks = answer.streamed ? reader.answer(dialect, true, answer.bytes) : undefined;
  const side = sideOf(answer, clean);
  return {
    asked,
    operation,
    dialect,
    model,
    request: sideOf(request, clean),
    answer: {
      ...(blocks === undefined
        ? side
        : { bytes: side.bytes, isCut: side.isCut, blocks: blocks.map((block) => cleaned(block, clean)) }),
      status: answer.status,
      contentType: answer.contentType,
    },
  };
}

type Clean = (text: string) => string;

function cleaner({ redact }: ContentRule): Clean {
  const redacted = redactor(redact);
  return (text) => redacted(withoutMedia(text));
}

function cleaned(block: ContentBlock, clean: Clean): ContentBlock {
  return block.text === undefined ? block : { ...block, text: clean(block.text) };
}

function sideOf({ bytes, length }: { readonly bytes: Buffer; readonly length: number }, clean: Clean): KeptSide {
  const size = { bytes: length, isCut: length > bytes.length };
  // A character may have been cut in the middle; anything else that is no text is kept as what it is.
  const text = bytes.toString('utf8');
  const isText = !text.slice(0, -4).includes('\ufffd') && !text.includes('\0');
  return isText ? { ...size, text: clean(text) } : { ...size, text: bytes.toString('base64'), encoding: 'base64' };
}
