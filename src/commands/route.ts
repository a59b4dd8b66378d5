/** `tollgate route`: what routes do, and would do. */
import type { Command } from 'commander';
import type { Context } from './context.ts';
import { addExplain } from './route/explain.ts';
import { addReplay } from './route/replay.ts';

export function addRoute(program: Command, context: Context): void {
  const route = program.command('route').description('try what routes decide, without asking any provider');
  addExplain(route, context);
  addReplay(route, context);
}
