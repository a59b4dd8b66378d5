/** The routes of the management API for docs/reference/api.md, as their own schemas say them. */
import { type Entry, type NamedType, referenceOf, type Table } from '../src/control/api/reference.ts';
import { apiRoutes } from '../src/control/api/routes.ts';

export function renderApiReference(): string {
  const { sections, types } = referenceOf(apiRoutes);
  return [
    ...sections.map(({ title, entries }) => `## ${title}\n\n${entries.map(renderEntry).join('\n')}`),
    `## types\n\n${types.map(renderType).join('\n')}`,
  ].join('\n');
}

function renderType({ name, description, fields }: NamedType): string {
  const head = `### \`${name}\`\n${description === '' ? '' : `\n${description}\n`}`;
  return fields.length === 0 ? head : `${head}${renderTable({ title: 'Field', fields })}`;
}

function renderEntry({ method, path, summary, description, access, tables }: Entry): string {
  const lines = [
    `### \`${method} ${path}\``,
    `${summary}.${description === undefined ? '' : ` ${description}`}`,
    access,
  ];
  return `${lines.join('\n\n')}\n${tables.map(renderTable).join('')}`;
}

function renderTable({ title, type, fields }: Table): string {
  if (type !== undefined) return `\n${title}: \`${type}\`\n`;
  const rows = fields.map(({ name, type, required, description }) => {
    const cells = [`\`${name}\`${required ? '' : ' (optional)'}`, type, description];
    return `| ${cells.map((cell) => cell.replaceAll('\n', ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `\n| ${title} | Type | Meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}
