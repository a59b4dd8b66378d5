/**
 * A provider that repeats the content frames of one recorded stream as often as it is asked to, in pieces of random
 * length that have nothing to do with its frames. Chats that are not streamed get a short answer.
 */
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const [, , recording = '', framesText = '1000000'] = process.argv;
const frames = readFileSync(recording, 'utf8')
  .split(/\r?\n\r?\n/)
  .filter((frame) => frame.startsWith('data: {'));
const contents = frames.filter((frame) => /"content": ?"[^"]/.test(frame));
const first = frames.slice(0, 1);
const last = [
  ...frames.filter((frame) => /"finish_reason": ?"/.test(frame) || /"usage": ?\{/.test(frame)),
  'data: [DONE]',
];
const framesPerBatch = 512;

const answer = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 },
});

const server = createServer((request, response) => {
  let streams = false;
  let begun = false;
  request.on('data', (chunk: Buffer) => {
    if (!begun) streams = chunk.includes('"stream":true');
    begun = true;
  });
  request.on('end', () => {
    if (streams) void flood(response, Number(framesText));
    else response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
});

async function flood(response: ServerResponse, count: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let held = text(first);
  for (let sent = 0; sent < count && !response.destroyed; sent += framesPerBatch) {
    const batch = Array.from(
      { length: Math.min(framesPerBatch, count - sent) },
      (_, i) => contents[(sent + i) % contents.length] ?? '',
    );
    held = await pieces(response, Buffer.concat([held, text(batch)]));
  }
  response.end(Buffer.concat([held, text(last)]));
}

/** Writes most of the bytes in pieces of random length; returns what is left. */
async function pieces(response: ServerResponse, bytes: Buffer): Promise<Buffer> {
  let at = 0;
  while (bytes.length - at > 8192) {
    const length = 1 + Math.floor(Math.random() * 8191);
    const flows = response.write(bytes.subarray(at, at + length));
    at += length;
    if (!flows) await drained(response);
    if (response.destroyed) break;
  }
  return bytes.subarray(at);
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

function text(list: readonly string[]): Buffer {
  return Buffer.from(list.map((frame) => `${frame}\n\n`).join(''));
}

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
