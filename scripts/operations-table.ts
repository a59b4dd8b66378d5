/** The table of docs/operations.md, made from the operations and the vendors' own files. Run alone, it writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { operations } from '../src/operations/all.ts';
import type { Operation, RateName } from '../src/operations/operation.ts';
import { translationsOf } from '../src/operations/translations.ts';
import { providers } from '../src/providers/index.ts';

const soldBy: Readonly<Record<RateName, string>> = {
  input: 'input tokens',
  output: 'output tokens',
  perImage: 'pictures',
  perAudioSecond: 'seconds of sound',
  perCharacter: 'characters',
  perSearch: 'units of search',
};

/** Markdown: a row for each wire format of each operation. */
export function renderOperationsTable(): string {
  const rows = [...Map.groupBy(operations, ({ wire }) => wire).values()].map((some) => {
    const [first] = some as [Operation];
    const paths = some.map(({ method, path }) => `\`${method} ${path}\``).join('<br>');
    return [`\`${first.id}\``, paths, charge(first), vendors(first)];
  });
  const head = ['Operation in usage rows', 'Calls', 'Charged by', 'Vendors'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function charge(operation: Operation): string {
  if (operation.kind === 'model')
    return operation.soldBy.map((rates) => rates.map((rate) => soldBy[rate]).join(' and ')).join(', or ');
  return operation.id === 'files' ? 'nothing' : 'nothing; each answer, when results are read, is a `batch-item`';
}

function vendors(operation: Operation): string {
  const named = [...providers.values()].flatMap(({ id, serves }) => {
    const service = serves?.[operation.wire];
    if (service === undefined) return [];
    if (service.free !== undefined) return [`${id} (free)`];
    return [service.percentOfPrice === undefined ? id : `${id} (${service.percentOfPrice} %)`];
  });
  const others = translationsOf(operation.wire).map(({ to }) => `those of \`${to}\`, translated`);
  return [...named, ...others].join(', ');
}

const page = new URL('../docs/operations.md', import.meta.url);

/** The page with its table as it should be. */
export function withTable(text: string): string {
  const marked = /(<!-- operations:begin[^>]*-->\n)[\s\S]*(<!-- operations:end -->)/;
  return text.replace(marked, (_, begin: string, end: string) => `${begin}${renderOperationsTable()}\n${end}`);
}

if (import.meta.main) writeFileSync(page, withTable(readFileSync(page, 'utf8')));
