/**
 * A caller of small requests, one after another, in a process of its own: beside a large body it would otherwise wait for
 * the process that sends that body, and measure itself. `{on: true}` begins, `{on: false}` ends and tells.
 */
import { Agent, request as httpRequest } from 'node:http';

const [, , portText = '', key = '', model = ''] = process.argv;
const agent = new Agent({ keepAlive: true });
const body = JSON.stringify({ model, max_tokens: 16, messages: [{ role: 'user', content: 'hello' }] });

/** One request, by the clock that all processes share. */
export interface SmallCall {
  readonly fromMs: number;
  readonly toMs: number;
}

const nowMs = (): number => performance.timeOrigin + performance.now();
let isOn = false;

async function callOn(): Promise<SmallCall[]> {
  const calls: SmallCall[] = [];
  while (isOn) {
    const fromMs = nowMs();
    await ask();
    calls.push({ fromMs, toMs: nowMs() });
  }
  return calls;
}

function ask(): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { agent, port: portText, host: '127.0.0.1', path: '/v1/chat/completions', method: 'POST', headers },
      (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

let calling: Promise<SmallCall[]> | undefined;
process.on('message', async ({ on }: { on: boolean }) => {
  isOn = on;
  if (on) calling = callOn();
  process.send?.(on ? {} : await calling);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: 0 });
