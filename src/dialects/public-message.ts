/** What a caller is told of a provider's error. */
import type { ErrorKind } from '../llm/error.ts';

/** The provider's own words (`text`, redacted) where it had some; what concerns the gateway's account is not the caller's. */
export function publicMessage(kind: ErrorKind, text: string, status: number): string {
  if (kind === 'upstream-credential')
    return "The provider refused the gateway's own credential; its operator must act.";
  if (text !== '') return text;
  return status === 200 ? 'The provider failed while it answered.' : `The provider answered with status ${status}.`;
}
