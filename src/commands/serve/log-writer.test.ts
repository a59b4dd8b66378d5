import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { clean } from './log-writer.ts';

const canary = 'canary0123456789abcdef';

function unreadable(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    return error;
  }
}

describe('the wall before the log', () => {
  const secrets: readonly Record<string, unknown>[] = [
    { authorization: canary },
    { headers: { 'X-Api-Key': canary } },
    { apiKey: canary },
    { detail: `the key sk-${canary} was refused` },
    { detail: `tg-${canary}` },
    { detail: `gsk_${canary}, csk-${canary} and nvapi-${canary}` },
    { header: `Bearer ${canary}` },
    { url: `postgres://user:${canary}@db.internal/x` },
    { messages: [{ role: 'user', content: canary }] },
    { body: canary },
    { error: new Error(`401 for Bearer ${canary}`, { cause: new Error(`sk-${canary}`) }) },
    { deep: [{ list: [{ token: canary }] }] },
  ];
  it.each(secrets)('hides secrets and prompts: %j', (fields) => {
    expect(JSON.stringify(clean(fields))).not.toContain(canary);
  });

  it('leaves what an operator needs', () => {
    const fields = { requestId: 'req_1', usage: { input: 5, output: 7 }, costNanoUsd: 12n, status: 200 };
    expect(clean(fields)).toEqual({ ...fields, costNanoUsd: '12' });
  });

  it('keeps an error readable, with code and cause', () => {
    const error = Object.assign(new Error('connect failed', { cause: new Error('refused') }), { code: 'ECONNREFUSED' });
    const cleaned = clean({ error });
    expect(cleaned).toMatchObject({
      error: { message: 'connect failed', code: 'ECONNREFUSED', cause: { message: 'refused' } },
    });
  });

  it('quotes nothing that could not be read', () => {
    const errors = [`${canary} dear diary`, `{"a": ${canary}`, `["${canary}`].map(unreadable);
    expect(JSON.stringify(clean({ errors }, true))).not.toContain(canary.slice(0, 5));
  });

  it('shows where in the program only what nobody foresaw', () => {
    const bug = new TypeError('x is undefined', { cause: new Error('why') });
    const foreseen = Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' });
    const refused = Object.assign(new Error('wrong password'), { remedy: 'Correct it.' });
    expect(JSON.stringify(clean({ bug }, true))).toMatch(/log-writer\.test.*log-writer\.test/);
    expect(JSON.stringify([clean({ bug }), clean({ foreseen, refused }, true)])).not.toMatch(/stack|log-writer/);
  });

  it('ends on circles, endless lists and endless text', () => {
    const circle: Record<string, unknown> = { list: Array(10_000).fill('x'), text: 'x'.repeat(1_000_000) };
    circle.self = circle;
    expect(JSON.stringify(clean(circle)).length).toBeLessThan(100_000);
  });
});

describe('lines', () => {
  const write = (format: string) => {
    const module = path.join(import.meta.dirname, 'log-writer.ts');
    const program = `import { openLog } from ${JSON.stringify(module)};
      const log = openLog({ level: 'info', format: ${JSON.stringify(format)} });
      log.debug({}, 'not written'); log.warn({ place: 'a b', error: new Error('boom') }, 'Postgres is away'); log.flush();`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  };

  it('are JSON for machines', () => {
    const { stderr, stdout } = write('json');
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'warn',
      message: 'Postgres is away',
      place: 'a b',
      error: { message: 'boom' },
    });
  });

  it('are one short line on a terminal', () => {
    expect(write('text').stderr).toMatch(/^\d\d:\d\d:\d\d warn {2}Postgres is away place="a b" error=boom\n$/);
  });
});
