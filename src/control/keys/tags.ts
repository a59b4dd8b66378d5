/** What a key's requests are always tagged with, beside what each request says itself (`x-tollgate-tags`). */
import { Refusal } from '../refusal.ts';

export const keyTagsMax = 10;
export const tagLengthMax = 64;

/** Throws Refusal. */
export function checkTags(tags: readonly string[] | undefined): string[] | null {
  if (tags === undefined || tags.length === 0) return null;
  const bad = tags.find((tag) => !/^[^,\s\p{Cc}]([^,\p{Cc}]*[^,\s\p{Cc}])?$/u.test(tag) || tag.length > tagLengthMax);
  if (bad !== undefined || tags.length > keyTagsMax) {
    throw new Refusal(
      bad === undefined
        ? `The key has ${tags.length} tags, and ${keyTagsMax} is the most.`
        : `${JSON.stringify(bad.slice(0, tagLengthMax))} is not a tag.`,
      `Give at most ${keyTagsMax} texts of at most ${tagLengthMax} characters, without commas.`,
    );
  }
  return [...new Set(tags)];
}
