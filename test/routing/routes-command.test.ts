/** `tollgate routes`: what it says, its exit codes, JSON for programs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Context } from '../../src/commands/context.ts';
import { endingOf, exitCodes } from '../../src/commands/outcome.ts';
import { addRoutes } from '../../src/commands/routes.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';

const home = mkdtempSync(path.join(tmpdir(), 'tollgate-routes-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  writeFileSync(path.join(home, 'tollgate.yaml'), 'routes: { declared: { targets: [openai/gpt-5] } }\n');
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

async function run(...args: readonly string[]) {
  let out = '';
  const context: Context = {
    env: {
      TOLLGATE_DATA_DIR: home,
      TOLLGATE_DATABASE_URL: database.url,
      TOLLGATE_DATABASE_SCHEMA: database.schema,
      OPENAI_API_KEY: 'sk-nothing-is-asked-with-it',
    },
    cwd: home,
    version: '0',
    out: (written) => {
      out += written;
    },
    err: () => {},
    drained: async () => {},
    isTerminal: false,
  };
  const program = new Command('tollgate').exitOverride();
  addRoutes(program, context);
  try {
    await program.parseAsync(args, { from: 'user' });
    return { out, exitCode: exitCodes.ok, text: '' };
  } catch (error) {
    const { exitCode, text } = endingOf(error);
    return { out, exitCode, text };
  }
}

const write = (name: string, text: string) => writeFileSync(path.join(home, name), text);

it('a route is set from YAML, listed beside those of the file, replaced, and deleted', async () => {
  write('best.yaml', 'strategy: weighted\ntargets: [{ model: openai/gpt-5, weight: 3 }, openai/gpt-5-mini]\n');
  expect(await run('routes', 'set', 'best', 'best.yaml')).toMatchObject({ exitCode: 0 });
  const listed = JSON.parse((await run('routes', 'list', '--json')).out);
  expect(listed).toMatchObject([
    { name: 'best', source: 'api', definition: { strategy: 'weighted' } },
    { name: 'declared', source: 'file', definition: { targets: ['openai/gpt-5'] } },
  ]);
  expect((await run('routes', 'list')).out).toMatch(/best +weighted +openai\/gpt-5, openai\/gpt-5-mini +API/);

  write('best.json', '{"targets":["openai/gpt-5-mini"]}');
  expect(await run('routes', 'set', 'best', 'best.json')).toMatchObject({ exitCode: 0 });
  expect(JSON.parse((await run('routes', 'show', 'best')).out)).toMatchObject({
    strategy: 'fallback',
    targets: ['openai/gpt-5-mini'],
  });
  expect((await run('routes', 'delete', 'best')).out).toContain('deleted');
  expect(await run('routes', 'delete', 'best')).toMatchObject({ exitCode: exitCodes.failure });
  expect(await run('routes', 'show', 'best')).toMatchObject({ exitCode: exitCodes.failure });
});

it.each([
  ['a model that nobody knows', 'targets: [openai/gpt-55]', 'definition.targets[0] names openai/gpt-55'],
  ['an unknown strategy', 'strategy: nope\ntargets: [openai/gpt-5]', 'strategy is not valid'],
  ['no YAML', 'targets: [', 'cannot be read'],
])('%s is refused', async (_, text, told) => {
  write('wrong.yaml', text);
  const answer = await run('routes', 'set', 'wrong', 'wrong.yaml');
  expect(answer).toMatchObject({ exitCode: exitCodes.usage, text: expect.stringContaining(told) });
});

it('what is the file’s is changed there', async () => {
  write('mine.yaml', 'targets: [openai/gpt-5]');
  for (const line of [
    ['routes', 'set', 'declared', 'mine.yaml'],
    ['routes', 'delete', 'declared'],
  ])
    expect(await run(...line)).toMatchObject({
      exitCode: exitCodes.usage,
      text: expect.stringContaining('configuration file'),
    });
  expect(await run('routes', 'set', 'No Name', 'mine.yaml')).toMatchObject({ exitCode: exitCodes.usage });
});
