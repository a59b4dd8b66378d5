/** Each field of each dialect, for each other: never lost in silence, and docs/fidelity.md says what becomes of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fidelityRows, fieldLists, renderFidelity, silentFields } from '../../scripts/fidelity/page.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The top-level fields of a request type, from the declarations of the official SDK. */
function fieldsOf(path: string, type: string): string[] {
  const body =
    new RegExp(`^export (?:declare )?interface ${type} .*?\\{\\n(.*?)^\\}`, 'ms').exec(
      read(path).replaceAll('\r\n', '\n'),
    )?.[1] ?? '';
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map((match) => match[1] ?? '');
}

const declared = [
  ['openai-chat', 'node_modules/openai/resources/chat/completions/completions.d.ts', 'ChatCompletionCreateParamsBase'],
  ['openai-responses', 'node_modules/openai/resources/responses/responses.d.ts', 'ResponseCreateParamsBase'],
  ['anthropic', 'node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts', 'MessageCreateParamsBase'],
  ['anthropic', 'node_modules/@anthropic-ai/sdk/resources/beta/messages/messages.d.ts', 'MessageCreateParamsBase'],
  [
    'bedrock-converse',
    'node_modules/@aws-sdk/client-bedrock-runtime/dist-types/models/models_0.d.ts',
    'ConverseRequest',
  ],
  ['gemini', 'node_modules/@google/genai/dist/genai.d.ts', 'GenerationConfig'],
] as const;

describe('fidelity', () => {
  it('no field is lost in silence between any two dialects', () => {
    expect(silentFields(fidelityRows())).toEqual([]);
  });

  it.each(declared)('%s: every field that the SDK declares is in the table (%s, %s)', (id, path, type) => {
    const fields = fieldsOf(path, type);
    expect(fields.length).toBeGreaterThan(10);
    const known = new Set(fieldLists[id]?.cases.map(({ field }) => /^(?:generationConfig\.)?(\w+)/.exec(field)?.[1]));
    expect(fields.filter((field) => field !== 'model' && !known.has(field))).toEqual([]);
  });

  it('docs/fidelity.md is what the codecs do; `npm run docs` writes it', () => {
    expect(read('docs/fidelity.md')).toBe(renderFidelity(fidelityRows()));
  });
});
