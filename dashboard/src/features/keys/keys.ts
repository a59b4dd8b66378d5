/** What a key is now, and forms as the API takes them. */
import type { Key } from '@tollgate/client';

export type KeyState = 'active' | 'paused' | 'expired' | 'revoked';

export function stateOf(key: Pick<Key, 'revokedAt' | 'pausedAt' | 'expiresAt'>, nowMs: number): KeyState {
  if (key.revokedAt !== null) return 'revoked';
  if (key.pausedAt !== null) return 'paused';
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= nowMs ? 'expired' : 'active';
}

export const states = [
  { value: 'all', label: 'Any state' },
  { value: 'active', label: 'Active' },
  { value: 'paused', label: 'Paused' },
  { value: 'expired', label: 'Expired' },
  { value: 'revoked', label: 'Revoked' },
] as const;

export const sorts = [
  { value: 'newest', label: 'Newest first' },
  { value: 'createdAt', label: 'Oldest first' },
  { value: 'name', label: 'Name' },
  { value: '-name', label: 'Name, from Z' },
] as const;

/** What is typed into the form of a key. */
export interface KeyDraft {
  readonly name: string;
  readonly kind: 'call' | 'management';
  readonly scope: string;
  readonly models: string;
  readonly project: string;
  readonly tags: string;
  /** As a date field has it: `2027-01-31`; empty: never. */
  readonly expires: string;
  readonly requestsPerMinute: string;
  readonly tokensPerMinute: string;
  /** Of a new key: dollars a month. */
  readonly budget: string;
}

export const blankDraft: KeyDraft = {
  name: '',
  kind: 'call',
  scope: 'developer',
  models: '',
  project: '',
  tags: '',
  expires: '',
  requestsPerMinute: '',
  tokensPerMinute: '',
  budget: '',
};

export function draftOf(key: Key): KeyDraft {
  return {
    ...blankDraft,
    name: key.name,
    kind: key.kind,
    models: key.models?.join(', ') ?? '',
    tags: key.tags.join(', '),
    expires: key.expiresAt?.slice(0, 10) ?? '',
    requestsPerMinute: String(key.limits?.requestsPerMinute ?? ''),
    tokensPerMinute: String(key.limits?.tokensPerMinute ?? ''),
  };
}

export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** The end of that day in UTC, which is later than the day everywhere but far in the west. */
export function expiryOf(day: string): string {
  return `${day}T23:59:59Z`;
}

/** Limits that the form does not show stay as they are. */
export function limitsOf(draft: KeyDraft, before: Key['limits'] = null): Key['limits'] {
  const { requestsPerMinute: _requests, tokensPerMinute: _tokens, ...others } = before ?? {};
  const limits = {
    ...others,
    ...(draft.requestsPerMinute !== '' && { requestsPerMinute: Number(draft.requestsPerMinute) }),
    ...(draft.tokensPerMinute !== '' && { tokensPerMinute: Number(draft.tokensPerMinute) }),
  };
  return Object.keys(limits).length === 0 ? null : limits;
}

/** "3 requests a minute use this key." */
export function usageWords(requestsPerMinute: number, requests: number): string {
  if (requests === 0) return 'Nothing has used it in the last ten minutes.';
  if (requestsPerMinute < 1)
    return `${requests} ${requests === 1 ? 'request' : 'requests'} in the last ten minutes used it.`;
  const rounded = Math.round(requestsPerMinute);
  return `${rounded} ${rounded === 1 ? 'request' : 'requests'} a minute ${rounded === 1 ? 'uses' : 'use'} this key.`;
}
