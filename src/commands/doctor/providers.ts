/** Asks each provider for its list of models: proves address and key without spending anything. */
import { request } from 'undici';
import type { ActiveProvider } from '../../config/active-provider.ts';
import { withSignature } from '../../gateway/upstream/signers.ts';
import { LlmFailure } from '../../llm/error.ts';
import { pathFor } from '../../providers/provider.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const timeoutMs = 10_000;

export interface ProviderCheck {
  readonly finding: Finding;
  /** How far this machine's clock is ahead of the provider's, as far as a header of whole seconds tells. */
  readonly driftMs?: number;
}

export async function checkProvider(active: ActiveProvider, nowMs: () => number): Promise<ProviderCheck> {
  const { id, provider, baseUrl, secret, settings } = active;
  const subject = `provider ${id}`;
  if (provider.modelsPath === undefined) {
    return { finding: warn(subject, `${baseUrl}: cannot be asked without a model`, 'Try a request.') };
  }
  const url = `${baseUrl}${pathFor(provider.modelsPath, { model: '', stream: false, settings })}`;
  const endpoint = Object.values(provider.speaks)[0];
  const fixed = {
    ...endpoint?.headers,
    ...(secret !== undefined && provider.auth.headers(secret)),
    ...active.headers,
  };
  try {
    const headers = await withSignature({ method: 'GET', url, headers: fixed, body: Buffer.alloc(0) }, active);
    const signal = AbortSignal.timeout(timeoutMs);
    const startedMs = nowMs();
    const answer = await request(url, { headers, signal, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
    const tookMs = nowMs() - startedMs;
    // An answer that is thrown away half-read says so by an error event.
    answer.body.on('error', () => {}).destroy();
    return { finding: judge(subject, url, answer.statusCode, tookMs, active), ...drift(answer.headers.date, nowMs()) };
  } catch (error) {
    if (error instanceof LlmFailure) return { finding: unsigned(subject, error) };
    return { finding: unreachable(subject, url, error) };
  }
}

/** The address was not even asked: there was nothing to sign in with. */
function unsigned(subject: string, { error }: LlmFailure): Finding {
  const remedy = error.message.replace(/^.*its operator has to /, '');
  return fail(subject, `cannot sign in: ${error.internal ?? error.message}`, upperFirst(remedy));
}

function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function judge(subject: string, url: string, status: number, tookMs: number, active: ActiveProvider): Finding {
  const variable = active.typed ? undefined : active.provider.keyEnv[0];
  const keyPlace = [variable, `providers.${active.id}.apiKey`].filter(Boolean).join(' or ');
  if (status >= 200 && status < 300) return ok(subject, `${url} answers (${status}, ${tookMs} ms)`);
  if (status === 401 || status === 403) {
    return fail(subject, `${url} refuses the key (${status})`, `Put a valid key into ${keyPlace}.`);
  }
  // Some vendors say 400 to a wrong key.
  if (status === 400) return fail(subject, `${url} refuses the request (400), maybe the key`, `Check ${keyPlace}.`);
  if (status === 404) {
    const remedy =
      'The address may be wrong (often a missing or doubled /v1), or the server has no such list: try a request.';
    return warn(subject, `${url} does not exist (404)`, remedy);
  }
  if (status === 429)
    return warn(subject, `${url} limits the rate (429)`, 'The key works; look at the quota of the account.');
  return warn(subject, `${url} answers with ${status}`, "Look at the provider's status page and try again.");
}

const reasons: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: ['nothing listens there', 'Start the server, or correct baseUrl.'],
  ENOTFOUND: ['there is no such host', 'Correct baseUrl, or check DNS.'],
  EAI_AGAIN: ['the name cannot be resolved now', 'Check DNS and the network.'],
  ECONNRESET: ['it closes the connection', 'Check the server, and whether it wants http:// or https://.'],
  UND_ERR_SOCKET: ['it closes the connection', 'Check the server, and whether it wants http:// or https://.'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'Try http:// instead of https:// in baseUrl.'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak TLS', 'Try http:// instead of https:// in baseUrl.'],
  ETIMEDOUT: ['it does not answer', 'Check the network and firewalls.'],
  UND_ERR_CONNECT_TIMEOUT: ['it does not answer', 'Check the network and firewalls.'],
  UND_ERR_HEADERS_TIMEOUT: ['it does not answer', 'Check the server, the network and proxies between.'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'Renew it there, and check the clock here.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed', 'Point NODE_EXTRA_CA_CERTS to its authority.'],
  SELF_SIGNED_CERT_IN_CHAIN: ['its certificate is self-signed', 'Point NODE_EXTRA_CA_CERTS to its authority.'],
};

function unreachable(subject: string, url: string, error: unknown): Finding {
  const code = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
  const timedOut = code === 'TimeoutError' || String(code) === '23';
  const known = timedOut ? reasons.ETIMEDOUT : reasons[code];
  const [reason, remedy] = known ?? [String(code), 'Check baseUrl and the network.'];
  return fail(subject, `${url} cannot be reached: ${reason}`, remedy);
}

function drift(date: string | string[] | undefined, nowMs: number): { driftMs?: number } {
  const theirsMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  // The header has whole seconds: its middle is the best guess.
  return Number.isNaN(theirsMs) ? {} : { driftMs: nowMs - (theirsMs + 500) };
}
