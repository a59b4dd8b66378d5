/** The table of docs/reference/configuration.md, made from the schema. */
import { environmentName } from './environment.ts';
import { type Leaf, listLeaves, type Shape } from './shape.ts';

/** Markdown: one row for each leaf. Texts between the two marks of the page are replaced by it. */
export function renderReference(shape: Shape): string {
  const rows = listLeaves(shape).map((leaf) => [
    `\`${leaf.path.join('.')}\``,
    showDefault(leaf),
    `\`${environmentName(leaf.path)}\``,
    [leaf.description, leaf.expected && `Takes ${leaf.expected}.`].filter(Boolean).join(' '),
  ]);
  const head = [
    ['Setting', 'Default', 'Environment', 'Meaning'],
    ['---', '---', '---', '---'],
  ];
  return [...head, ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');
}

function showDefault(leaf: Leaf): string {
  if (leaf.default !== undefined) return `\`${String(leaf.default)}\``;
  return leaf.optional ? 'none' : 'required';
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
