/**
 * Whether a request's prompt and answer are kept. The organization says how much is allowed at all; a key and a request
 * may ask for it within that, and each may forbid it.
 */
import { type ContentRule, contentRuleDefault, type Key } from '../../snapshot/snapshot.ts';

export const contentHeader = 'x-tollgate-content';

/** Undefined: it is not. `header`: what the request says; anything but `keep` is taken for a no. */
export function contentRuleOf({ organization, content }: Key, header: string | undefined): ContentRule | undefined {
  const rule = organization.content ?? contentRuleDefault;
  if (rule.keep === 'none' || content === 'none') return undefined;
  if (header !== undefined && header !== 'keep') return undefined;
  return rule.keep === 'all' || content === 'keep' || header === 'keep' ? rule : undefined;
}
