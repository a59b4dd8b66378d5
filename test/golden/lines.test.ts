/** A provider that writes its JSON over several lines must not cut the caller's stream in two. */
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/dialects/index.ts';
import { parseJson } from '../../src/lib/json.ts';
import type { ChatEvent } from '../../src/llm/chat.ts';
import { NoteList } from '../../src/llm/notes.ts';
import { corpus } from './corpus.ts';
import type { Fixtures } from './features.ts';

const pairs = corpus.flatMap((caller) => corpus.map((provider) => [caller.id, provider.id, caller, provider] as const));

const context = () => ({
  ...{ requestId: 'req_1', model: 'm', createdAtMs: 0, wantsStreamUsage: true, inputTokensEstimate: 1 },
  notes: new NoteList(),
});

function streamOf(provider: Fixtures, caller: Fixtures): Buffer {
  const [from, to] = [dialects[provider.id], dialects[caller.id]];
  const answer = provider.answer('parallel tools', false);
  if (from === undefined || to === undefined || answer === undefined) throw new Error('a fixture is missing');
  const pretty = JSON.stringify(JSON.parse(answer.body.toString()), undefined, 2).replaceAll('\n', '\r\n');
  const frames: Buffer[] = [];
  const renderer = to.renderStream((frame) => frames.push(Buffer.from(frame)), context());
  const push = (event: ChatEvent) => renderer.push(event);
  from.parseResponse(parseJson(Buffer.from(pretty), from.rawKeys), push);
  return Buffer.concat(frames);
}

describe('an answer in several lines, as a stream', () => {
  it.each(pairs)('%s reads the calls of %s', (_to, _from, caller, provider) => {
    const body = streamOf(provider, caller);
    const facts = caller.readAnswer({ status: 200, headers: {}, body }, true);
    expect(facts).toContain('call weather {"city":"Oslo"}');
    expect(facts).toContain('call weather {"city":"Bern"}');
    expect(facts).toContain('stop tool-call');
  });
});
