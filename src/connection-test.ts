/**
 * Asks a provider once whether address and key work, without spending anything: for its list of models, or, where it has
 * none, for nothing at all, which it refuses in another way than a wrong key. No redirect is followed, and nothing that
 * the provider says goes on: it may quote the key.
 */
import { request } from 'undici';
import type { Verdict, VerdictKind } from './control/providers/tools.ts';
import { withSignature } from './gateway/upstream/signers.ts';
import type { Clock } from './lib/clock.ts';
import { LlmFailure } from './llm/error.ts';
import { pathFor } from './providers/provider.ts';
import type { Credential } from './snapshot/snapshot.ts';

const timeoutMs = 10_000;
const bodyBytesMax = 4 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Never rejects for anything that the provider, the network or the key does. */
export async function testConnection(credential: Credential, clock: Clock): Promise<Verdict> {
  const startedMs = clock.monotonicMs();
  const took = () => Math.round(clock.monotonicMs() - startedMs);
  try {
    const answer = await ask(credential);
    return judge(answer, credential, took());
  } catch (error) {
    if (error instanceof LlmFailure) return unsigned(credential);
    return unreached(error, credential, took());
  }
}

async function ask(credential: Credential): Promise<Answer> {
  const { provider, baseUrl, secret, settings } = credential;
  const said = settings === undefined ? {} : { settings };
  const [endpoint] = Object.values(provider.speaks);
  const lists = provider.modelsPath !== undefined;
  const path = provider.modelsPath ?? endpoint?.path ?? '';
  const url = `${baseUrl}${pathFor(path, { model: 'none', stream: false, ...said })}`;
  const [method, body] = lists ? (['GET', Buffer.alloc(0)] as const) : (['POST', Buffer.from('{}')] as const);
  const fixed = {
    ...(!lists && { 'content-type': 'application/json' }),
    ...endpoint?.headers,
    ...(secret !== undefined && provider.auth.headers(secret)),
    ...credential.headers,
  };
  const headers = await withSignature({ method, url, headers: fixed, body }, credential);
  const answer = await request(url, {
    method,
    headers,
    ...(!lists && { body }),
    signal: AbortSignal.timeout(timeoutMs),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return { status: answer.statusCode, text: await bounded(answer.body) };
}

/** Of a longer one its beginning: only what it looks like matters. */
async function bounded(
  body: AsyncIterable<Buffer> & { destroy(): unknown; on(event: 'error', then: () => void): unknown },
) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  body.on('error', () => {});
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bodyBytesMax) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface Finding {
  readonly verdict: VerdictKind;
  readonly message: string;
  readonly remedy: string | null;
}

function judge({ status, text }: Answer, credential: Credential, latencyMs: number): Verdict {
  const lists = credential.provider.modelsPath !== undefined;
  const found = lists && status >= 200 && status < 300 ? listed(text) : findingOf(status, text, credential, lists);
  const models = found.verdict === 'ok' && lists ? countOf(text) : null;
  const ok = found.verdict === 'ok' || found.verdict === 'reachable';
  return { ok, ...found, status, latencyMs, models };
}

function listed(text: string): Finding {
  const count = countOf(text);
  if (count !== null) return { verdict: 'ok', message: `It answers, and lists ${count} models.`, remedy: null };
  return {
    verdict: 'wrong-address',
    message: 'It answers, but not with a list of models.',
    remedy: 'Check the address: something else may be there, such as a web page.',
  };
}

/** Vendors name the list differently. */
function countOf(text: string): number | null {
  try {
    const answer: unknown = JSON.parse(text);
    const lists = Array.isArray(answer) ? [answer] : Object.values(answer ?? {});
    const list = lists.find(Array.isArray);
    return list === undefined ? null : list.length;
  } catch {
    return null;
  }
}

const noQuota = /insufficient_quota|exceeded your current quota|billing|credit balance|payment|insufficient balance/i;
const wrongKey = /api[ _-]?key|API_KEY_INVALID|invalid[ _]token|unauthorized|authentication/i;

function findingOf(status: number, text: string, { provider }: Credential, lists: boolean): Finding {
  const { name } = provider;
  if (status === 401 || (status === 400 && wrongKey.test(text)))
    return { verdict: 'wrong-key', message: `${name} refuses the key (${status}).`, remedy: 'Give a valid key.' };
  if (status === 402 || ((status === 403 || status === 429) && noQuota.test(text)))
    return {
      verdict: 'no-quota',
      message: `${name} takes the key, but the account has no quota or credit left (${status}).`,
      remedy: 'Add credit there, or raise the limit of the account.',
    };
  if (status === 403)
    return {
      verdict: 'no-access',
      message: `${name} knows the key, and does not let it in (403).`,
      remedy: 'Check the rights of the key, its project, and the region.',
    };
  if (status === 429)
    return {
      verdict: 'rate-limited',
      message: `${name} limits the rate just now (429). The key is known.`,
      remedy: 'Wait a minute, and look at the limits of the account.',
    };
  if (!lists && (status === 400 || status === 404 || status === 422))
    return {
      verdict: 'reachable',
      message: `${name} answers and did not refuse the key. It has no list of models that would prove it.`,
      remedy: 'Try a request.',
    };
  if (status >= 300 && status < 500)
    return {
      verdict: 'wrong-address',
      message: `The address answers ${status}${status < 400 ? ', a redirect, which is never followed' : ''}.`,
      remedy: 'Check the address: often a /v1 is missing or doubled.',
    };
  if (status >= 500)
    return {
      verdict: 'provider-error',
      message: `${name} fails (${status}).`,
      remedy: "Look at the provider's status page, and try again.",
    };
  return { verdict: 'reachable', message: `${name} answers (${status}).`, remedy: 'Try a request.' };
}

function unsigned({ provider }: Credential): Verdict {
  return {
    ok: false,
    verdict: 'wrong-key',
    message: `There is nothing to sign in to ${provider.name} with.`,
    remedy: "Give the key in the form that the vendor's page says.",
    ...nothing,
  };
}

const nothing = { status: null, latencyMs: null, models: null };

type Reason = readonly [VerdictKind, message: string, remedy: string];

const reasons: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: ['unreachable', 'Nothing listens there.', 'Start the server, or correct the address.'],
  ENOTFOUND: ['dns', 'There is no such host.', 'Correct the address, or check DNS.'],
  EAI_AGAIN: ['dns', 'The name cannot be resolved now.', 'Check DNS and the network.'],
  ECONNRESET: ['unreachable', 'It closes the connection.', 'Check whether it wants http:// or https://.'],
  UND_ERR_SOCKET: ['unreachable', 'It closes the connection.', 'Check whether it wants http:// or https://.'],
  EPROTO: ['tls', 'It does not speak TLS.', 'Try http:// instead of https://.'],
  ETIMEDOUT: ['timeout', 'It does not answer.', 'Check the network and firewalls.'],
  EHOSTUNREACH: ['unreachable', 'There is no way to it.', 'Check the network and firewalls.'],
  ENETUNREACH: ['unreachable', 'There is no way to it.', 'Check the network and firewalls.'],
};

function unreached(error: unknown, credential: Credential, latencyMs: number): Verdict {
  const said = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
  const [verdict, message, remedy] = reasons[said] ?? reasonFor(String(said));
  return { ok: false, verdict, message: `${hostOf(credential)}: ${message}`, remedy, ...nothing, latencyMs };
}

function reasonFor(code: string): Reason {
  if (/^ERR_SSL|WRONG_VERSION/.test(code)) return ['tls', 'It does not speak TLS.', 'Try http:// instead of https://.'];
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code))
    return [
      'tls',
      `Its certificate is not trusted (${code}).`,
      'Renew it there, or point NODE_EXTRA_CA_CERTS to its authority.',
    ];
  if (/TIMEOUT|TimeoutError|^23$/.test(code)) return reasons.ETIMEDOUT as Reason;
  return ['unreachable', `It cannot be reached (${code.slice(0, 64)}).`, 'Check the address and the network.'];
}

function hostOf({ baseUrl }: Credential): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : 'The address';
}
