/** Where prompts and answers go that are to be kept. The gateway hands them over and forgets them. */
import type { ContentRule } from '../../snapshot/snapshot.ts';

/** One side of an exchange, as far as it is kept. */
export interface KeptBytes {
  readonly bytes: Buffer;
  /** Of the whole; more than `bytes` has where it was too long. */
  readonly length: number;
}

/** What a caller sent and what it got, in its own dialect. */
export interface KeptExchange {
  readonly requestId: string;
  readonly organizationId: string;
  readonly startedAtMs: number;
  readonly operation: string;
  /** The caller's wire format: `openai-chat`. */
  readonly dialect: string;
  /** Method and path, without a query, which may hold a key. */
  readonly asked: string;
  readonly model: string;
  readonly rule: ContentRule;
  readonly request: KeptBytes;
  readonly answer: KeptBytes & { readonly status: number; readonly contentType: string; readonly streamed: boolean };
}

export interface ContentSink {
  /** Makes room in memory. False: there is none, and the exchange is not kept, which is counted. */
  take(bytes: number): boolean;
  /** What was taken and is not needed. */
  giveBack(bytes: number): void;
  /** The room of its bytes is taken already, and given back when they are stored. Never throws and never waits. */
  offer(exchange: KeptExchange): void;
}
