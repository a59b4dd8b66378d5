/** Requests that HTTP parsers disagree about. https://www.rfc-editor.org/rfc/rfc9112#name-message-parsing-robustness */

export interface HttpVariant {
  readonly name: string;
  readonly text: string;
  /** Statuses that are right; 0 means that the connection may close without an answer. */
  readonly allowed: readonly number[];
}

const body = '{"model":"oa/echo","messages":[{"role":"user","content":"x"}]}';
const refused = [400, 401, 404, 405, 408, 413, 417, 431, 501, 505, 0];

export function httpVariants(key: string): HttpVariant[] {
  const auth = `authorization: Bearer ${key}\r\n`;
  const length = `content-length: ${body.length}\r\n`;
  const post = (headers: string, payload = body, line = 'POST /v1/chat/completions HTTP/1.1') =>
    `${line}\r\nhost: g\r\nconnection: close\r\n${auth}${headers}\r\n${payload}`;
  const smuggled = `POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\n${auth}${length}\r\n${body}`;
  const variants: [string, string, readonly number[]][] = [
    ['two content-lengths', post(`${length}content-length: 5\r\n`), refused],
    ['two equal content-lengths', post(length + length), [...refused, 200]],
    ['content-length and chunked', post(`${length}transfer-encoding: chunked\r\n`, `0\r\n\r\n${smuggled}`), refused],
    ['chunked twice', post('transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n'), refused],
    ['chunked, identity', post('transfer-encoding: chunked, identity\r\n', `5\r\nhello\r\n0\r\n\r\n`), refused],
    ['xchunked', post('transfer-encoding: xchunked\r\n', '0\r\n\r\n'), refused],
    ['negative content-length', post('content-length: -5\r\n'), refused],
    ['content-length with a plus', post('content-length: +5\r\n'), refused],
    ['content-length in hexadecimal', post('content-length: 0x10\r\n'), refused],
    ['content-length that overflows', post('content-length: 99999999999999999999\r\n'), refused],
    ['content-length with a space in it', post('content-length: 1 0\r\n'), refused],
    ['a header folded over two lines', post(`${length}x-a: b\r\n c\r\n`), [...refused, 200]],
    ['a space before the colon', post(`${length}x-a : b\r\n`), refused],
    ['a header without a name', post(`${length}: b\r\n`), refused],
    ['a header without a colon', post(`${length}nonsense\r\n`), refused],
    ['a NUL in a header', post(`${length}x-a: b\u0000c\r\n`), refused],
    ['a bare CR in a header', post(`${length}x-a: b\rc\r\n`), refused],
    ['bare LF line ends', post(length).replaceAll('\r\n', '\n'), refused],
    ['two hosts', post(`${length}host: evil\r\n`), refused],
    ['an absolute address', post(length, body, 'POST http://evil/v1/chat/completions HTTP/1.1'), refused],
    ['an authority', post(length, body, 'CONNECT evil:443 HTTP/1.1'), refused],
    ['HTTP/2.0', post(length, body, 'POST /v1/chat/completions HTTP/2.0'), refused],
    ['HTTP/0.9', 'GET /v1/models\r\n\r\n', refused],
    ['HTTP/1.0', post(length, body, 'POST /v1/chat/completions HTTP/1.0'), [...refused, 200]],
    ['no host', `POST /v1/chat/completions HTTP/1.1\r\n${auth}${length}\r\n${body}`, [...refused, 200]],
    ['a lower-case method', post(length, body, 'post /v1/chat/completions HTTP/1.1'), refused],
    ['an unknown method', post(length, body, 'BREW /v1/chat/completions HTTP/1.1'), refused],
    ['a path with a NUL', post(length, body, 'POST /v1/chat/completions\u0000 HTTP/1.1'), refused],
    ['an encoded path', post(length, body, 'POST /v1/chat%2Fcompletions HTTP/1.1'), refused],
    ['a path that climbs', post(length, body, 'POST /v1/x/../chat/completions HTTP/1.1'), refused],
    ['a double slash', post(length, body, 'POST //v1/chat/completions HTTP/1.1'), refused],
    ['Expect: 100-continue', post(`${length}expect: 100-continue\r\n`), [...refused, 200]],
    ['an unknown Expect', post(`${length}expect: miracles\r\n`), [...refused, 200]],
    ['Upgrade', post(`${length}connection: upgrade\r\nupgrade: websocket\r\n`), [...refused, 200, 426]],
    ['a chunk size that is no number', post('transfer-encoding: chunked\r\n', 'zz\r\nx\r\n0\r\n\r\n'), refused],
    ['a chunk size that overflows', post('transfer-encoding: chunked\r\n', 'ffffffffffffffffff\r\nx\r\n'), refused],
    [
      'a chunk without its end',
      post('transfer-encoding: chunked\r\n', `${body.length.toString(16)}\r\n${body}X`),
      refused,
    ],
    ['a compressed body', post(`${length}content-encoding: gzip\r\n`), refused],
    ['20,000 headers', post(length + 'a: b\r\n'.repeat(20_000)), refused],
    ['a header of 64 kB', post(`${length}x-a: ${'b'.repeat(65_536)}\r\n`), refused],
    ['a query of 40 kB', post(length, body, `POST /v1/chat/completions?${'q'.repeat(40_000)} HTTP/1.1`), refused],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', refused],
    ['noise', '\u0001\u0002\u0003\u0004\r\n\r\n', refused],
    ['an empty line first', `\r\n${post(length)}`, [...refused, 200]],
  ];
  const spacing = ['\t', ' ', '\u000b', '\u000c', '\u0000', '\u00a0', '\u0085'];
  for (const space of spacing) {
    variants.push([
      `transfer-encoding spelt with ${spelt(space)}`,
      post(`transfer-encoding:${space}chunked\r\n${length}`),
      refused,
    ]);
    variants.push([
      `transfer-encoding${spelt(space)} as a name`,
      post(`transfer-encoding${space}: chunked\r\n${length}`),
      [...refused, 200],
    ]);
    variants.push([
      `content-length ended by ${spelt(space)}`,
      post(`content-length: ${body.length}${space}\r\n`),
      [...refused, 200],
    ]);
  }
  return variants.map(([name, text, allowed]) => ({ name, text, allowed }));
}

function spelt(text: string): string {
  return JSON.stringify(text);
}
