import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, MultipartRefused, MultipartScanner } from './multipart.ts';

interface Read {
  readonly name: string;
  readonly filename: string | undefined;
  readonly content: string;
  /** The same bytes, by their place in the form. */
  readonly placed: string;
}

function read(form: Buffer, boundary: string, cuts: readonly number[] = []): Read[] {
  const parts: Read[] = [];
  let open: { name: string; filename: string | undefined; start: number; pieces: Buffer[] } | undefined;
  const scanner = new MultipartScanner(boundary, {
    part: (head) => {
      open = { ...head, pieces: [] };
    },
    data: (piece) => void open?.pieces.push(Buffer.from(piece)),
    partEnd: (end) => {
      if (open === undefined) throw new Error('an end without a part');
      const content = Buffer.concat(open.pieces).toString('latin1');
      const placed = form.toString('latin1', open.start, end);
      parts.push({ name: open.name, filename: open.filename, content, placed });
    },
  });
  let from = 0;
  for (const to of [...cuts, form.length]) {
    scanner.push(form.subarray(from, to));
    from = to;
  }
  scanner.end();
  return parts;
}

async function formOf(parts: readonly { name: string; value: string | Uint8Array }[]) {
  const form = new FormData();
  for (const { name, value } of parts)
    form.append(name, typeof value === 'string' ? value : new File([Buffer.from(value)], 'a.bin'));
  const request = new Request('http://x/', { method: 'POST', body: form });
  const type = request.headers.get('content-type') ?? '';
  return { bytes: Buffer.from(await request.arrayBuffer()), boundary: boundaryOf(type) };
}

describe('a form of any client', () => {
  it('is read the same however it is cut, and each part stands where it is said to stand', async () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('\r\n', '--', '\r\n--', '\r\n\r\n'));
    const part = fc.record({
      name: fc.string({ unit: fc.constantFrom('a', 'b', '_', '[', ']'), minLength: 1, maxLength: 8 }),
      value: fc.oneof(
        fc.array(text).map((items) => items.join('')),
        fc.uint8Array({ maxLength: 300 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(2000)), async (parts, at) => {
        const { bytes, boundary } = await formOf(parts);
        const whole = read(bytes, boundary);
        expect(whole.map(({ content }) => content)).toEqual(whole.map(({ placed }) => placed));
        expect(whole.map(({ name }) => name)).toEqual(parts.map(({ name }) => name));
        parts.forEach(({ value }, i) => {
          if (typeof value !== 'string') expect(whole[i]?.content).toBe(Buffer.from(value).toString('latin1'));
          expect(whole[i]?.filename === undefined).toBe(typeof value === 'string');
        });
        const cuts = at.map((each) => each % bytes.length).sort((a, b) => a - b);
        expect(read(bytes, boundary, cuts)).toEqual(whole);
        const each = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1);
        expect(read(bytes, boundary, each)).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what two readers could read differently is refused', () => {
  const form = (head: string, content = 'x') => Buffer.from(`--b\r\n${head}\r\n\r\n${content}\r\n--b--\r\n`);
  const named = 'Content-Disposition: form-data; name="a"';
  it.each([
    ['a preamble', Buffer.from(`hello\r\n--b\r\n${named}\r\n\r\nx\r\n--b--`)],
    ['lines that end in LF alone', Buffer.from(`--b\n${named}\n\nx\n--b--`)],
    ['no name', form('Content-Disposition: form-data')],
    ['two names', form(`${named}; name="b"`)],
    ['a name without quotes', form('Content-Disposition: form-data; name=a')],
    ['a name in an extended form', form(`${named}; name*=utf-8''b`)],
    ['two dispositions', form(`${named}\r\n${named}`)],
    ['a boundary with a tail', Buffer.from(`--b\r\n${named}\r\n\r\nx\r\n--bc\r\n`)],
    ['a form that was cut', Buffer.from(`--b\r\n${named}\r\n\r\nx\r\n`)],
    ['a head without end', Buffer.from(`--b\r\n${'x'.repeat(9000)}`)],
  ])('%s', (_, bytes) => {
    expect(() => read(bytes, 'b')).toThrow(MultipartRefused);
  });

  it.each(['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=a; boundary=b'])(
    'the content type %s',
    (type) => {
      expect(() => boundaryOf(type)).toThrow(MultipartRefused);
    },
  );
});
