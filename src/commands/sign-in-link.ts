/** The address of a link that works once. Its token stands after the `#`, which browsers send to nobody and no log keeps. */
import type { LinkKind } from '../control/sign-in/links.ts';

const pages: Readonly<Record<LinkKind, string>> = { 'first-owner': 'set-up', recovery: 'new-password' };

export function linkAddress(base: string, kind: LinkKind, token: string): string {
  return `${base.replace(/\/+$/, '')}/dashboard/${pages[kind]}#token=${token}`;
}
