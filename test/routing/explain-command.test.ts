/** `tollgate route explain` by the configuration alone: as a process, without a database and without a provider. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../harness/gateway-process.ts';

const home = mkdtempSync(path.join(tmpdir(), 'tollgate-explain-'));
const config = path.join(home, 'tollgate.yaml');
const secret = 'sk-explain-canary-0000000000';
writeFileSync(
  config,
  JSON.stringify({
    // A port that nobody answers at: whoever asked there would hang or fail.
    providers: { local: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', apiKey: secret } },
    models: {
      'local/small': { price: { input: 1, output: 2 } },
      'local/large': { price: { input: 10, output: 20 } },
      'local/dear': { price: { input: 100, output: 200 } },
    },
    routes: {
      main: { strategy: 'cheapest', maxPrice: { input: 50 }, targets: ['local/dear', 'local/large', 'local/small'] },
    },
  }),
);
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function explain(...args: string[]) {
  const command = new GatewayProcess([
    'route',
    'explain',
    '--config',
    config,
    '--data-dir',
    path.join(home, 'none'),
    ...args,
  ]);
  const { code } = await command.ended;
  return { code, out: command.stdout, err: command.stderr };
}

describe('tollgate route explain', () => {
  it('shows the order, the costs, who is left out, and that nothing was measured', async () => {
    const { code, out, err } = await explain('--model', 'main', '--prompt', 'Where is my parcel?');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Route main, strategy cheapest: local/small would be asked first.');
    expect(out).toMatch(/1 +local\/small +\$0\.0\d+ +\$0\.0\d+ .*~800 ms.*as it is\n2 +local\/large/);
    expect(out).toMatch(/local\/dear +max-price +its price for input, \$100 per million/);
    expect(out).toContain('By the configuration alone: nothing has been measured');
    expect(out).not.toContain(secret);
  });

  it('takes a whole request of any dialect out of a file, and prints JSON', async () => {
    const file = path.join(home, 'request.json');
    const request = { model: 'main', system: 'Be kind.', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] };
    writeFileSync(file, JSON.stringify(request));
    const { code, out } = await explain('--file', file, '--model', 'local/large', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ...{ object: 'route.quote', dialect: 'anthropic', model: 'local/large', target: 'local/large' },
      outputTokensMax: 100,
      decision: { candidates: [{ asked: { dialect: 'openai-chat', how: 'translated' } }] },
    });
  });

  it.each([
    ['no model', [], 2, /It needs --model/],
    ['two requests', ['--model', 'main', '--prompt', 'a', '--file', 'b'], 2, /--prompt and --file say the same/],
    ['no such file', ['--file', 'nowhere.json'], 2, /nowhere\.json cannot be read \(ENOENT\)/],
    ['an unknown model', ['--model', 'local-of-nobody'], 1, /local-of-nobody\\?" does not exist here/],
    ['no key', ['--model', 'main', '--url', 'http://127.0.0.1:1'], 2, /--url needs a key/],
    ['nobody there', ['--model', 'main', '--url', 'http://127.0.0.1:1', '--key', 'tg-x'], 1, /Nobody answers at/],
  ])('says in one sentence what is wrong with %s', async (_, args, status, words) => {
    const { code, err } = await explain(...args);
    expect([code, err]).toEqual([status, expect.stringMatching(words)]);
    expect(err).not.toMatch(/\n\s+at /);
  });
});
