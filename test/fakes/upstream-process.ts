/**
 * The fake provider as a process of its own, so that a gateway can be killed beside it. Each accepted request is one
 * line of JSON in the log file, on disk before anything is answered; a second line says how the exchange ended.
 *
 *   node test/fakes/upstream-process.ts --log FILE [--port N] [--key SECRET]
 *
 * Prints `{"url": …}` when it listens. Ends with SIGTERM, or when its standard input closes.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startUpstream } from './upstream.ts';

const { values } = parseArgs({
  options: { log: { type: 'string' }, port: { type: 'string', default: '0' }, key: { type: 'string' } },
});
if (values.log === undefined) throw new Error('--log FILE is required');

const file = openSync(values.log, 'a');
const upstream = await startUpstream({
  port: Number(values.port),
  keepBodies: false,
  ...(values.key === undefined ? {} : { key: values.key }),
  onAccepted: (call) => {
    writeLine({
      event: 'accepted',
      index: call.index,
      attemptId: call.attemptId,
      path: call.path,
      model: call.model,
      stream: call.stream,
    });
    fsyncSync(file);
  },
  onClosed: (call) => {
    const { index, attemptId, status, tokensSent, bytesSent, usage, aborted } = call;
    writeLine({ event: 'closed', index, attemptId, status, tokensSent, bytesSent, usage, aborted });
  },
});
process.stdout.write(`${JSON.stringify({ url: upstream.url })}\n`);

process.once('SIGTERM', stop);
process.stdin.once('end', stop).resume();

function writeLine(value: object): void {
  writeSync(file, `${JSON.stringify(value)}\n`);
}

function stop(): void {
  closeSync(file);
  process.exit(0);
}
