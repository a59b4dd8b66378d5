/** What real vendors answered (npm run conformance -- --record FILE), read by the dialect it came in. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSse } from '../conformance/event-text.ts';
import type { VendorRecording } from '../conformance/recording.ts';
import type { Exchange } from '../conformance/relay.ts';
import type { Dialect } from '../src/dialects/dialect.ts';
import { dialects } from '../src/dialects/index.ts';
import { parseJson } from '../src/lib/json.ts';
import type { ChatEvent, DialectId } from '../src/llm/chat.ts';
import { providers } from '../src/providers/index.ts';
import { pathFor } from '../src/providers/provider.ts';

const folder = new URL('fixtures/vendors/', import.meta.url);
const recordings = readdirSync(folder).map((name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  return [name, text, JSON.parse(text) as VendorRecording] as const;
});

/** By its path, as the vendor's file has it. */
function dialectOf(vendor: string, { path, request }: Exchange): Dialect | undefined {
  const { model = '', stream = false } = JSON.parse(request || '{}') as { model?: string; stream?: boolean };
  const { speaks = {}, settings = [] } = providers.get(vendor) ?? {};
  const examples = Object.fromEntries(settings.map(({ name, example }) => [name, example]));
  const spoken = Object.entries(speaks).find(
    ([, endpoint]) => pathFor(endpoint.path, { model, stream, settings: examples }) === path,
  );
  return spoken && dialects[spoken[0] as DialectId];
}

function eventsOf(dialect: Dialect, { contentType, response }: Exchange): ChatEvent[] {
  const events: ChatEvent[] = [];
  if (!contentType.startsWith('text/event-stream')) {
    dialect.parseResponse(parseJson(Buffer.from(response), dialect.rawKeys), (event) => events.push(event));
    return events;
  }
  const parser = dialect.parseStream((event) => events.push(event));
  for (const frame of parseSse(response)) parser.push(frame);
  parser.end();
  return events;
}

describe.each(recordings)('%s', (name, text, { provider, exchanges }) => {
  it('is of a vendor in the registry, and holds no key', () => {
    expect(providers.has(provider)).toBe(true);
    expect(name).toBe(`${provider}.json`);
    expect(text).not.toMatch(/\bauthorization\b|\bBearer\s|\bsk-[A-Za-z0-9]{16}/i);
  });

  it('is read as whole answers, with their usage', () => {
    for (const exchange of exchanges.filter(({ status }) => status === 200)) {
      const dialect = dialectOf(provider, exchange);
      expect(dialect).toBeDefined();
      const events = dialect ? eventsOf(dialect, exchange) : [];
      expect(events.at(-1)?.type).toBe('end');
      expect(events.some((event) => event.type === 'usage')).toBe(true);
    }
  });

  it('is told as an error where it is one', () => {
    for (const exchange of exchanges.filter(({ status }) => status >= 400)) {
      const error = dialectOf(provider, exchange)?.parseError(exchange.status, {}, exchange.response);
      expect(error?.message).toBeTruthy();
    }
  });
});
