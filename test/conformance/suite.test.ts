/** The suite is itself tried: a provider that does everything passes, and each lie is found where it is told. */
import { afterEach, describe, expect, it } from 'vitest';
import { renderReport } from '../../conformance/report.ts';
import { callerDialects, type Result, runSuite, type SuiteOptions } from '../../conformance/suite.ts';
import { openTarget } from '../../conformance/target.ts';
import { type FakeVendor, fakeKey, type Lie, startFakeVendor } from './fake-vendor.ts';

let vendor: FakeVendor | undefined;
afterEach(async () => {
  await vendor?.close();
  vendor = undefined;
});

async function tryVendor(lie: Lie, options: Partial<SuiteOptions> = {}): Promise<readonly Result[]> {
  vendor = await startFakeVendor(lie);
  const { active, close } = await openTarget({ url: vendor.url, key: fakeKey, dialect: 'openai-chat', env: {} });
  const { results } = await runSuite({ active, model: 'obedient', ...options });
  await close();
  return results;
}

const statesOf = (results: readonly Result[], state: string) =>
  results.filter(({ outcome }) => outcome.state === state).map(({ case: name, dialect }) => `${name}, ${dialect}`);

it('an obedient provider passes every case in every dialect of callers', async () => {
  const results = await tryVendor({});
  expect(new Set(results.map((result) => result.dialect))).toEqual(new Set(callerDialects()));
  expect(callerDialects().length).toBe(5);
  const rest = results.filter(({ outcome }) => outcome.state !== 'pass');
  expect(rest).toEqual([{ case: 'stop', dialect: 'openai-responses', outcome: { state: 'none' } }]);
});

describe('a lie is found', () => {
  const lies: readonly (readonly [string, Lie, string, 'fail' | 'unproven'])[] = [
    ['goes on behind a stop sequence', { ignores: ['stop'] }, 'stop', 'fail'],
    ['takes no limit', { ignores: ['limit'] }, 'max tokens', 'fail'],
    ['answers no JSON', { ignores: ['schema'] }, 'JSON schema', 'fail'],
    ['names no usage', { noUsage: true }, 'usage', 'fail'],
    ['names no usage in streams', { noUsage: true }, 'usage, streamed', 'fail'],
    ['ends streams without an end', { noEnd: true }, 'text, streamed', 'fail'],
    ['breaks its arguments off', { brokenArguments: true }, 'tool', 'fail'],
    ['gives two calls one id', { sameIds: true }, 'parallel tools', 'fail'],
    ['fails where a model is unknown', { unknownModelStatus: 500 }, 'unknown model', 'fail'],
    ['reads no system prompt', { ignores: ['system'] }, 'system', 'unproven'],
    ['sees no picture', { ignores: ['image'] }, 'image', 'unproven'],
    ['takes any key', { ignores: ['key'] }, 'wrong key', 'unproven'],
    ['takes any model', { ignores: ['model'] }, 'unknown model', 'unproven'],
  ];

  it.each(lies)('of a provider that %s', async (_, lie, name, state) => {
    const results = await tryVendor(lie, { only: [name] });
    const own = results.filter((result) => result.case === name && result.outcome.state !== 'none');
    expect(own.length).toBeGreaterThan(0);
    for (const { outcome } of own) {
      expect(outcome.state).toBe(state);
      expect('why' in outcome && outcome.why).toBeTruthy();
    }
  });
});

it('the built-in provider fails nowhere', async () => {
  const { active, close } = await openTarget({ vendor: 'mock', env: {} });
  const modelFor = { tool: 'tools', thinking: 'thinking', JSON: 'json', max: 'lorem', cut: 'lorem' };
  const { results } = await runSuite({ active, model: 'echo', modelFor });
  await close();
  expect(statesOf(results, 'fail')).toEqual([]);
  expect(statesOf(results, 'refused')).toEqual([]);
  for (const name of ['text', 'tool, streamed', 'tool results', 'JSON schema', 'thinking', 'max tokens', 'cut answer'])
    for (const dialect of callerDialects()) expect(statesOf(results, 'pass')).toContain(`${name}, ${dialect}`);
});

it('the table has a row for each case, and says why below', async () => {
  const results = await tryVendor({ noUsage: true, ignores: ['image'] }, { only: ['usage', 'image', 'text'] });
  const report = renderReport(results);
  expect(report).toMatch(/^CASE +openai-chat +anthropic/);
  expect(report).toMatch(/^usage +FAIL +FAIL/m);
  expect(report).toMatch(/^text +pass +pass/m);
  expect(report).toMatch(/^FAIL {2}usage, anthropic: .+/m);
  expect(report).toMatch(/^unproven {2}image, gemini: the text has no "red"/m);
});
