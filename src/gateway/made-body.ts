import type { ChatRequest, Turn } from '../llm/chat.ts';
import type { BodyPieces } from './upstream/sent-body.ts';

/** The bytes for one provider, and what becomes of the usage that comes back. */
export interface MadeBody {
  readonly body: BodyPieces;
  /** The provider's usage frame was asked for by us alone: the caller does not get it. */
  readonly withholdUsage: boolean;
  /** The caller of a chat stream asked for usage. */
  readonly wantsStreamUsage: boolean;
  /** The conversation as its caller sent it, where it was parsed. */
  readonly turns?: readonly Turn[];
  /** Its caller reads a tool call from the legacy `function_call`. */
  readonly legacyCalls?: boolean;
  /** What the caller asked for, where it had to be read: an answer may repeat it. */
  readonly request?: ChatRequest;
  /** What the caller's body said that goes on in headers. */
  readonly headers?: Readonly<Record<string, string>>;
}
