/** docs/fidelity.md, made from the codecs. */
import type { Dialect } from '../../src/dialects/dialect.ts';
import { dialects } from '../../src/dialects/index.ts';
import type { DialectId } from '../../src/llm/chat.ts';
import type { TargetModel } from '../../src/llm/model.ts';
import { anthropicFields } from './anthropic.ts';
import { bedrockConverseFields } from './bedrock-converse.ts';
import { type Fate, fateOf } from './classify.ts';
import type { FieldList } from './field.ts';
import { geminiFields } from './gemini.ts';
import { openaiChatFields } from './openai-chat.ts';
import { openaiResponsesFields } from './openai-responses.ts';

export const fieldLists: Partial<Record<DialectId, FieldList>> = {
  'openai-chat': openaiChatFields,
  'openai-responses': openaiResponsesFields,
  anthropic: anthropicFields,
  gemini: geminiFields,
  'bedrock-converse': bedrockConverseFields,
};

/** A model of each dialect that can do what its dialect can say. */
const targets: Readonly<Record<DialectId, TargetModel>> = {
  'openai-chat': { name: 'm', outputTokensMax: 64_000, thinking: 'effort' },
  'openai-responses': { name: 'm', outputTokensMax: 64_000, thinking: 'effort' },
  anthropic: { name: 'm', outputTokensMax: 64_000, thinking: 'budget' },
  gemini: { name: 'm', outputTokensMax: 64_000, thinking: 'budget' },
  'bedrock-converse': { name: 'm', outputTokensMax: 64_000, thinking: 'budget' },
};

export interface Row {
  readonly from: DialectId;
  readonly field: string;
  readonly fates: readonly { readonly to: DialectId; readonly result: Fate }[];
}

const known: readonly Dialect[] = Object.values(dialects).filter((dialect) => fieldLists[dialect.id] !== undefined);

export function fidelityRows(): Row[] {
  return known.flatMap((from) => {
    const list = fieldLists[from.id];
    return (list?.cases ?? []).map((each) => ({
      from: from.id,
      field: each.field,
      fates: known.map((to) => ({ to: to.id, result: fateOf(from, to, list as FieldList, each, targets[to.id]) })),
    }));
  });
}

/** Fields whose loss nobody is told of: there must be none. */
export function silentFields(rows: readonly Row[]): string[] {
  return rows.flatMap(({ from, field, fates }) =>
    fates.flatMap(({ to, result }) => (result.fate === 'silent' ? [`${from} > ${to}: ${field}`] : [])),
  );
}

export function renderFidelity(rows: readonly Row[]): string {
  const notes: string[] = [];
  const tables = known.map(({ id }) =>
    tableOf(
      id,
      rows.filter((row) => row.from === id),
      notes,
    ),
  );
  return [head, ...tables, '## Why', '', ...notes.map((note, i) => `${i + 1}. ${note}`), ''].join('\n');
}

const head = `# Fidelity

What becomes of each field of a request, for every pair of dialects. \`npm run docs\` makes this page from the codecs: it
adds the field to a request that is otherwise the same, and looks at what the target's body becomes.

- **passes**: both sides speak the same dialect; the caller's bytes go out as they are.
- **mapped**: the target is asked for the same in its own words.
- **reported**: left out, or weakened; \`x-tollgate-dropped\` and the request log name it, and under
  \`x-tollgate-fidelity: strict\` it is a 400. The name is given where it is not the field's own.
- **refused**: a 400 that names the field, because the answer would mean something else without it.
- **settled**: nothing has to be said; the number says why.

The targets are models that can do what their dialect can say; for a lesser model more is reported.
`;

function tableOf(from: DialectId, rows: readonly Row[], notes: string[]): string {
  const lines = rows.map(({ field, fates }) => {
    const cells = fates.map(({ result }) => wordOf(result, field, notes));
    return `| \`${field}\` | ${cells.join(' | ')} |`;
  });
  return [
    `## From ${from}`,
    '',
    `| Field | ${known.map(({ id }) => id).join(' | ')} |`,
    `| --- |${known.map(() => ' --- |').join('')}`,
    ...lines,
    '',
  ].join('\n');
}

function wordOf(result: Fate, field: string, notes: string[]): string {
  switch (result.fate) {
    case 'reported': {
      const others = result.fields.filter((name) => name !== field).map((name) => `\`${name}\``);
      const word = result.changed ? 'mapped, reported' : 'reported';
      return [word, ...others].join(' ');
    }
    case 'refused':
    case 'settled':
      return `${result.fate} (${numberOf(result.why, notes)})`;
    default:
      return result.fate;
  }
}

function numberOf(text: string, notes: string[]): number {
  const line = text.replaceAll('|', '\\|');
  if (!notes.includes(line)) notes.push(line);
  return notes.indexOf(line) + 1;
}
