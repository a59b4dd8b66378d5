/**
 * A provider's error as the caller and the log are told of it, for the dialects whose errors have a name and a message.
 * A provider's words are shown redacted and bounded; what concerns the gateway's own account at the provider is never
 * the caller's error.
 */
import type { ErrorKind, LlmError } from '../llm/error.ts';
import { errorLabel } from '../llm/error-label.ts';
import { redact } from '../llm/redact.ts';

export interface FoundError {
  readonly kind: ErrorKind;
  readonly status: number;
  /** What the API calls it. */
  readonly name: string;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

export function providerError({ kind, status, name, message, retryAfterMs }: FoundError): LlmError {
  const label = errorLabel(status, name);
  return {
    kind,
    message: publicMessage(kind, redact(message), status),
    ...(kind === 'too-long' && { code: 'context_length_exceeded' }),
    ...(kind === 'model-not-found' && { code: 'model_not_found' }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    upstreamStatus: status,
    internal: isAccount(kind, status) ? redact(`${label}: ${message}`) : label,
  };
}

/** A refused credential is refused before a prompt is read, and only the operator can do something about it. */
function isAccount(kind: ErrorKind, status: number): boolean {
  return kind === 'upstream-credential' && status !== 403;
}

function publicMessage(kind: ErrorKind, text: string, status: number): string {
  if (kind === 'upstream-credential')
    return "The provider refused the gateway's own credential; its operator must act.";
  if (text !== '') return text;
  return status === 200 ? 'The provider failed while it answered.' : `The provider answered with status ${status}.`;
}
