/**
 * AWS's Signature Version 4 over a request, by the SDK's own library: a fixed key would have to be sent, these are not.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SignatureV4 } from '@smithy/signature-v4';
import { LlmFailure } from '../../llm/error.ts';
import { readAwsKeys } from '../../providers/aws-keys.ts';
import type { Credential } from '../../snapshot/snapshot.ts';
import type { Signer } from './signer.ts';

export interface AwsSigv4Options {
  readonly nowMs?: () => number;
}

/** A bearer key (`AWS_BEARER_TOKEN_BEDROCK`) goes as it is: only access keys sign. */
export function awsSigv4({ nowMs = Date.now }: AwsSigv4Options = {}): Signer {
  const signers = new WeakMap<Credential, SignatureV4>();
  return async ({ method, url, headers, body }, credential) => {
    if (headers.authorization !== undefined) return {};
    let signer = signers.get(credential);
    if (signer === undefined) {
      signer = signerOf(credential);
      signers.set(credential, signer);
    }
    const { protocol, hostname, pathname, searchParams, host } = new URL(url);
    const signed = await signer.sign(
      {
        method,
        protocol,
        hostname,
        path: pathname,
        query: Object.fromEntries(searchParams),
        // What a proxy may change on the way is not signed.
        headers: { host, 'content-type': headers['content-type'] ?? '' },
        body,
      },
      { signingDate: new Date(nowMs()) },
    );
    const { host: _host, 'content-type': _type, ...added } = signed.headers;
    return added;
  };
}

function signerOf({ id, secret, settings, provider }: Credential): SignatureV4 {
  const keys = readAwsKeys(secret);
  if (keys === undefined) throw nothingToSignWith(id, 'no access key');
  const region = settings?.region;
  if (region === undefined) throw nothingToSignWith(id, 'no region');
  const service = provider.auth.signedFor;
  if (service === undefined) throw nothingToSignWith(id, 'no service');
  return new SignatureV4({ service, region, credentials: keys, sha256: Sha256, applyChecksum: false });
}

function nothingToSignWith(id: string, what: string): LlmFailure {
  return new LlmFailure({
    kind: 'upstream-credential',
    message: "The gateway's own credential at the provider is not complete; its operator must act.",
    internal: `providers.${id} has ${what} to sign with`,
  });
}

/** A body of 20 MB would hold up others for longer than each of its pieces does. */
const bytesPerTurn = 4 * 1024 * 1024;

/** The hash in the form that the library asks for: with a key it is an HMAC. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  readonly #chunks: Uint8Array[] = [];

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#chunks.push(bytesOf(chunk));
  }

  async digest(): Promise<Uint8Array> {
    for (const chunk of this.#chunks) {
      for (let at = 0; at < chunk.length; at += bytesPerTurn) {
        if (at > 0) await nextTurn();
        this.#hash.update(chunk.subarray(at, at + bytesPerTurn));
      }
    }
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
