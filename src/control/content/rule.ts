/** What an organization says of its prompts and answers: read, checked and written. */
import { type ContentRule, contentRuleDefault } from '../../snapshot/snapshot.ts';
import type { StoredContentRule } from '../../store/schema/content.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { patternNames, patternProblem, patternsMax } from './redaction.ts';

/** What is said of it, field by field; the rest stays as it is. */
export interface ContentRuleChange {
  readonly keep?: ContentRule['keep'] | undefined;
  readonly days?: number | undefined;
  readonly bytesMax?: number | undefined;
  readonly redact?:
    | { readonly secrets?: boolean | undefined; readonly patterns?: readonly string[] | undefined }
    | undefined;
  readonly operatorsMayRead?: boolean | undefined;
}

export function withDefaults(stored: StoredContentRule | null): StoredContentRule {
  return stored ?? contentRuleDefault;
}

/** Throws Refusal for a pattern that cannot be. */
export function changedRule(before: StoredContentRule, change: ContentRuleChange): StoredContentRule {
  const patterns = change.redact?.patterns ?? before.redact.patterns;
  if (patterns.length > patternsMax) {
    throw new Refusal(`${patterns.length} patterns are too many.`, `Use at most ${patternsMax}.`);
  }
  for (const pattern of patterns) {
    const problem = patternProblem(pattern);
    if (problem === undefined) continue;
    throw new Refusal(
      `The pattern ${JSON.stringify(pattern.slice(0, 100))} ${problem}.`,
      `Use ${patternNames.join(', ')}, or a text in which # is a digit, @ a letter or digit, and one * the rest of a word.`,
    );
  }
  const operatorsMayRead = change.operatorsMayRead ?? before.operatorsMayRead;
  return {
    keep: change.keep ?? before.keep,
    days: change.days ?? before.days,
    bytesMax: change.bytesMax ?? before.bytesMax,
    redact: { secrets: change.redact?.secrets ?? before.redact.secrets, patterns },
    ...(operatorsMayRead !== undefined && { operatorsMayRead }),
  };
}

/** Undefined: there is no such organization. */
export async function readContentRule(db: Store['db'], organizationId: string): Promise<StoredContentRule | undefined> {
  const row = await db
    .selectFrom('organizations')
    .select('content')
    .where('id', '=', organizationId)
    .executeTakeFirst();
  return row && withDefaults(row.content);
}

/**
 * Writes only what differs. What is kept already is kept no longer than the new number of days says. Throws Refusal.
 */
export async function writeContentRule(
  db: Store['db'],
  organizationId: string,
  change: ContentRuleChange,
): Promise<StoredContentRule> {
  const row = await db
    .selectFrom('organizations')
    .select('content')
    .where('id', '=', organizationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const before = withDefaults(row.content);
  const after = changedRule(before, change);
  if (JSON.stringify(before) === JSON.stringify(after)) return after;
  await db
    .updateTable('organizations')
    .set({ content: JSON.stringify(after) })
    .where('id', '=', organizationId)
    .execute();
  return after;
}
