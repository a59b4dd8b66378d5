/** What is kept of prompts and answers, as sentences that people can check against what they want. */
import type { ContentKept, ContentRule } from '@tollgate/client';
import { formatCountExactly, formatKib } from '@/lib/format.ts';

const who: Readonly<Record<ContentRule['keep'], string>> = {
  none: 'No prompt and no answer is kept, whatever keys and requests ask for.',
  asked: 'Prompts and answers are kept only where a key or a request asks for it.',
  all: 'Prompts and answers are kept, except where a key or a request forbids it.',
};

/** The rule, from who decides to what is taken out. */
export function ruleSentences({ keep, days, bytesMax, redact, operatorsMayRead }: ContentRule): readonly string[] {
  if (keep === 'none') return [who.none];
  const patterns = redact.patterns.length;
  const taken = [
    ...(redact.secrets ? ['what looks like a secret key'] : []),
    ...(patterns === 0 ? [] : [`${patterns} ${patterns === 1 ? 'pattern' : 'patterns'} of your own`]),
  ];
  return [
    who[keep],
    `Each is deleted after ${days === 1 ? 'a day' : `${days} days`}, and cut where it is longer than ${formatKib(bytesMax)}.`,
    taken.length === 0
      ? 'Nothing is taken out of them before.'
      : `Before they are kept, ${taken.join(' and ')} ${taken.length === 1 && patterns === 0 ? 'is' : 'are'} taken out.`,
    operatorsMayRead
      ? 'Members and operators of the installation may read them; each reading is in the audit log.'
      : 'Members may read them; each reading is in the audit log.',
  ];
}

export function keptSentence({ requests, isMore }: Pick<ContentKept, 'requests' | 'isMore'>): string {
  if (requests === 0) return 'Nothing is kept at this moment.';
  const count = `${isMore ? 'More than ' : ''}${formatCountExactly(requests)}`;
  return `${count} ${requests === 1 ? 'request is' : 'requests are'} kept at this moment.`;
}

/** One pattern a line, or with commas. */
export function patternsOf(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
