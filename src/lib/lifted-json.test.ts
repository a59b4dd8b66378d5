import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScanned, scanJson, stringifyJson } from './json.ts';
import { jsonBytes } from './json-bytes.ts';
import { type LiftedJson, liftBase64, putBack } from './lifted-json.ts';

const picture = randomBytes(90 * 1024).toString('base64');
const turn = async (): Promise<void> => {};
const rawKeys = ['raw'];

async function lifted(body: string): Promise<LiftedJson> {
  const found = await liftBase64(scanJson(Buffer.from(body), rawKeys), rawKeys, turn);
  if (found === undefined) throw new Error('nothing was lifted');
  return found;
}

const isLifted = async (value: unknown): Promise<boolean> =>
  (await liftBase64(scanJson(Buffer.from(JSON.stringify(value)), rawKeys), rawKeys, turn)) !== undefined;

/** Base64 as callers send it, and what is not quite it. */
const longText = fc.tuple(
  fc.constantFrom('', 'data:image/png;base64,', 'data:é,', 'a\\', '"', '\n'),
  fc.constantFrom(picture, picture.slice(1), `${picture}${picture}`),
  fc.constantFrom('', '=', '==', '-', ' ', '\\', '"', '😀'),
  fc.nat(picture.length),
  fc.constantFrom('', '', '', ' ', '_', '\\', 'é', '"', '\u0000'),
);
const body = fc.array(
  fc.oneof(
    fc.jsonValue(),
    longText.map(([head, text, tail, at, middle]) => `${head}${text.slice(0, at)}${middle}${text.slice(at)}${tail}`),
  ),
  { maxLength: 4 },
);

describe('A body whose long strings are lifted out', () => {
  it('comes out as if nothing had been, whatever stands in it', async () => {
    let lifts = 0;
    await fc.assert(
      fc.asyncProperty(body, async (values) => {
        const scan = scanJson(Buffer.from(JSON.stringify({ values, raw: values })), rawKeys);
        const found = await liftBase64(scan, rawKeys, turn);
        const { values: whole } = parseScanned(scan) as { values: unknown };
        if (found === undefined) return;
        lifts++;
        const { values: short } = parseScanned(found.scan) as { values: unknown };
        const pieces = putBack(jsonBytes({ other: [short], order: 1 }), found.strings);
        expect(Buffer.concat(pieces ?? []).equals(Buffer.from(stringifyJson({ other: [whole], order: 1 })))).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect(lifts).toBeGreaterThan(0);
  });

  it('is short, and its bytes are the same memory', async () => {
    const scan = scanJson(Buffer.from(JSON.stringify({ a: picture, b: `data:image/png;base64,${picture}=` })));
    const found = await liftBase64(scan, [], turn);
    expect(found?.strings).toHaveLength(2);
    expect(found?.scan.body.length).toBeLessThan(1024);
    for (const { bytes } of found?.strings ?? []) expect(bytes.buffer).toBe(scan.body.buffer);
  });

  it('keeps the length of each string modulo four, its beginning and its end', async () => {
    for (const text of [picture, `${picture}A==`, `${picture}AA=`, `data:x;base64,${picture}`]) {
      const { scan } = await lifted(JSON.stringify({ text }));
      const short = (parseScanned(scan) as { text: string }).text;
      expect(short.length % 4).toBe(text.length % 4);
      expect(text.startsWith(short.slice(0, 256)) && text.endsWith(short.slice(-8))).toBe(true);
      expect(short).toMatch(/^[\w:;,]*[A-Za-z0-9+/]+={0,2}$/);
    }
  });

  it.each([
    ['is short', picture.slice(0, 1000)],
    ['is prose', 'All work and no play. '.repeat(10_000)],
    ['is URL-safe base64', picture.replaceAll('+', '-').replaceAll('/', '_')],
    ['has line breaks', picture.replaceAll(/(.{76})/g, '$1\n')],
    ['has an escape before it', `\\${picture}`],
  ])('keeps a string that %s', async (_what, text) => {
    expect(await isLifted({ text })).toBe(false);
  });

  it('keeps what is wanted raw, and keys', async () => {
    expect(await isLifted({ raw: { text: picture } })).toBe(false);
    expect(await isLifted({ [picture]: 1 })).toBe(false);
  });

  it('has tokens that nobody can know before: another one each time', async () => {
    const text = JSON.stringify({ picture });
    const tokens = [await lifted(text), await lifted(text)].flatMap(({ strings }) => strings.map(({ token }) => token));
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9+/]{32}$/);
  });

  it('cannot be put together when a token is missing or stands twice', async () => {
    const { scan, strings } = await lifted(JSON.stringify({ picture }));
    const { picture: short } = parseScanned(scan) as { picture: string };
    expect(putBack(jsonBytes({}), strings)).toBeUndefined();
    expect(putBack(jsonBytes([short, short]), strings)).toBeUndefined();
    expect(putBack(jsonBytes([short]), strings)).toBeDefined();
  });

  it('lets others have their turn while it is looked through', async () => {
    let turns = 0;
    const large = Buffer.alloc(12 * 1024 * 1024, picture).toString('latin1');
    const scan = scanJson(Buffer.from(JSON.stringify({ large })));
    await liftBase64(scan, [], async () => {
      turns++;
    });
    expect(turns).toBeGreaterThanOrEqual(2);
  });
});
