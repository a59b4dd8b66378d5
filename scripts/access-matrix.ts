/** The table of docs/reference/access.md: every route of the management API by every role. */
import { access, type Reach } from '../src/control/api/access.ts';
import { roles } from '../src/control/api/roles.ts';
import { routeName } from '../src/control/api/route.ts';
import { apiRoutes } from '../src/control/api/routes.ts';

const marks: Readonly<Record<Reach, string>> = { all: 'all', own: 'own', never: '' };

export function renderAccessMatrix(): string {
  const head = [`| Route | ${roles.join(' | ')} |`, `| --- |${' --- |'.repeat(roles.length)}`];
  return [...head, ...apiRoutes.map(routeName).map(toRow)].join('\n');
}

function toRow(name: string): string {
  const rule = access[name];
  if (rule === undefined) throw new Error(`${name} has no rule`);
  const cells = 'auth' in rule ? roles.map(() => 'open') : roles.map((role) => marks[rule[role]]);
  return `| \`${name}\` | ${cells.join(' | ')} |`;
}
