/** Tool-call ids as the API takes them: `^[a-zA-Z0-9_-]+$`, each used by one call of the conversation. */
import { CallIds } from '../call-ids.ts';

export function newCallIds(): CallIds {
  return new CallIds((id) => legalId(id) || 'call');
}

export function legalId(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, '_');
}
