import { describe, expect, it } from 'vitest';
import { scanJson } from '../lib/json.ts';
import { liftBase64 } from '../lib/lifted-json.ts';
import type { Note } from '../llm/notes.ts';
import type { Quirk } from '../providers/provider.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Visit } from './exchange.ts';
import { relayJson } from './relay.ts';

const target = { model: { target: { name: 'm' } }, credential: {} } as Target;
const plan = { edits: [], withholdUsage: false };
const visit = { replaceNotes: (_notes: readonly Note[]) => {} } as Visit;

const picture = 'QUJD'.repeat(1024 * 1024);
const body = Buffer.from(`{"model":"m","messages":[{"role":"developer","content":"x"},{"image":"${picture}"}]}`);
const rename = (messages: unknown) => {
  for (const message of messages as { role?: string }[]) if (message.role === 'developer') message.role = 'system';
};

async function relayed(edit: (messages: unknown) => void) {
  const scan = scanJson(body);
  const lifted = await liftBase64(scan, [], () => Promise.resolve());
  const quirk: Quirk = { edit: (tree) => void edit(tree.messages), field: 'messages', why: 'it differs' };
  const made = relayJson(visit, { scan, stream: false, inBody: true, lifted }, plan, target, { quirks: [quirk] });
  return made.body;
}

describe('a large body that its vendor wants in another form', () => {
  const wanted = body.toString().replace('developer', 'system');

  it('keeps the bytes of its pictures, uncopied', async () => {
    const pieces = await relayed(rename);
    expect(Buffer.concat(pieces).toString() === wanted).toBe(true);
    const long = pieces.filter((piece) => piece.length > 1024 * 1024);
    expect(long.map((piece) => piece.buffer === body.buffer)).toEqual([true]);
  });

  it('is read whole where the change looks at a picture', async () => {
    const pieces = await relayed((messages) => {
      rename(messages);
      const shown = (messages as { image?: string }[])[1];
      if (shown?.image !== undefined) shown.image = shown.image.slice(0, 4);
    });
    expect(Buffer.concat(pieces).toString()).toBe(wanted.replace(picture, 'QUJD'));
  });
});
