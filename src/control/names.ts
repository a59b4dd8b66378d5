/** Names that people give to keys and organizations. */
import { Refusal } from './refusal.ts';

export const nameLengthMax = 100;

/** Throws Refusal. Trimmed: two names that look the same should be the same. */
export function checkName(what: string, name: string): string {
  const trimmed = name.trim().normalize('NFC');
  if (trimmed === '' || trimmed.length > nameLengthMax || /[\p{Cc}\p{Cf}\p{Cs}]/u.test(trimmed)) {
    throw new Refusal(
      `${JSON.stringify(name.slice(0, nameLengthMax))} cannot be the name of ${what}.`,
      `Use 1 to ${nameLengthMax} visible characters.`,
    );
  }
  return trimmed;
}
