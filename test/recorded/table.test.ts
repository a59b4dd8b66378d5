import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordingsExist } from '../fakes/recording.ts';
import { corpus, requestBodies, shortName } from './corpus.ts';
import { answerLosses, endsInError, mappedErrors, requestLosses, requestRefusals, usageFlags } from './exceptions.ts';
import { recordingsPage } from './table.ts';

describe.skipIf(!recordingsExist)('docs/recordings.md', () => {
  it('is what node test/recorded/table.ts writes', () => {
    const page = readFileSync(new URL('../../docs/recordings.md', import.meta.url), 'utf8');
    expect(page).toBe(recordingsPage());
  });

  it('has no exception for a recording that does not exist', () => {
    const all = [...corpus('openai-chat'), ...corpus('anthropic')].map(shortName);
    const bodies = [...requestBodies('openai-chat'), ...requestBodies('anthropic')].map(shortName);
    for (const table of [answerLosses, endsInError, mappedErrors, usageFlags])
      expect(Object.keys(table).filter((name) => !all.includes(name))).toEqual([]);
    for (const table of [requestLosses, requestRefusals])
      expect(Object.keys(table).filter((name) => !bodies.includes(name))).toEqual([]);
  });
});
