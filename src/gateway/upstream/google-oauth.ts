/**
 * Sign-in at Google Cloud, by its own library: the JSON of a service account, the path of its file, or else application
 * default credentials, which may be of any kind that Google has.
 * https://docs.cloud.google.com/docs/authentication/application-default-credentials
 */
import { readFileSync } from 'node:fs';
import { type AuthClient, GoogleAuth, JWT, type OAuth2ClientOptions } from 'google-auth-library';
import { LlmFailure } from '../../llm/error.ts';
import { hideSecret } from '../../llm/redact.ts';
import type { Credential } from '../../snapshot/snapshot.ts';
import type { Signer } from './signer.ts';

const scopes = 'https://www.googleapis.com/auth/cloud-platform';
const timeoutMs = 15_000;
/** A token that will end this soon is renewed while it still serves, so that requests wait for the first one only. */
const renewBeforeMs = 10 * 60_000;
/** A token that ends this soon may end on its way. */
const unusableBeforeMs = 60_000;

export interface GoogleOauthOptions {
  readonly nowMs?: () => number;
  /** How the library speaks HTTP: for tests. */
  readonly transporterOptions?: NonNullable<OAuth2ClientOptions['transporterOptions']>;
}

/** Signs with a bearer token of the credential's account. */
export function googleOauth({ nowMs = Date.now, transporterOptions }: GoogleOauthOptions = {}): Signer {
  const sessions = new WeakMap<Credential, Session>();
  return (_request, credential) => {
    let session = sessions.get(credential);
    if (session === undefined) {
      session = new Session(credential, nowMs, { transporterOptions: { timeout: timeoutMs, ...transporterOptions } });
      sessions.set(credential, session);
    }
    return session.headers();
  };
}

type Headers = Readonly<Record<string, string>>;

class Session {
  readonly #credential: Credential;
  readonly #nowMs: () => number;
  readonly #options: OAuth2ClientOptions;
  #held: { readonly headers: Headers; readonly expiresAtMs: number } | undefined;
  #renewal: Promise<Headers> | undefined;

  constructor(credential: Credential, nowMs: () => number, options: OAuth2ClientOptions) {
    this.#credential = credential;
    this.#nowMs = nowMs;
    this.#options = options;
  }

  async headers(): Promise<Headers> {
    const left = (this.#held?.expiresAtMs ?? 0) - this.#nowMs();
    if (this.#held === undefined || left < unusableBeforeMs) return this.#renew();
    // The next request tries again, and the last one before the end is told.
    if (left < renewBeforeMs) this.#renew().catch(() => {});
    return this.#held.headers;
  }

  /** One at a time, however many ask. */
  #renew(): Promise<Headers> {
    this.#renewal ??= this.#fetch().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #fetch(): Promise<Headers> {
    try {
      // Anew each time: a corrected file, or a login in another terminal, counts from the next token on.
      const client = await this.#signIn();
      const headers = Object.fromEntries(await client.getRequestHeaders());
      if (headers.authorization === undefined) throw new Error('Google gave no token.');
      this.#held = { headers, expiresAtMs: client.credentials.expiry_date ?? 0 };
      return headers;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #signIn(): Promise<AuthClient> {
    const { secret } = this.#credential;
    if (secret === undefined) return new GoogleAuth({ scopes, clientOptions: this.#options }).getClient();
    const { client_email: email, private_key: key, private_key_id: keyId } = serviceAccount(secret);
    return new JWT({ ...this.#options, scopes, email, key, keyId });
  }

  #failure(error: unknown): LlmFailure {
    const { id, secret } = this.#credential;
    const remedy =
      secret === undefined
        ? `set providers.${id}.apiKey to a service account (its JSON or its file), or GOOGLE_APPLICATION_CREDENTIALS, or run "gcloud auth application-default login"`
        : `correct providers.${id}.apiKey (the JSON of a service account, or the path of its file)`;
    return new LlmFailure({
      kind: 'upstream-credential',
      message: `The gateway could not sign in to Google Cloud; its operator has to ${remedy}.`,
      internal: hideSecret(error instanceof Error ? error.message : String(error), this.#credential),
    });
  }
}

interface ServiceAccount {
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
}

/** `secret`: JSON, or the path of a file that holds it. Throws in words that quote neither. */
function serviceAccount(secret: string): ServiceAccount {
  const text = secret.trimStart().startsWith('{') ? secret : readFileSync(secret, 'utf8');
  const account = parsed(text);
  if (typeof account?.client_email !== 'string' || typeof account.private_key !== 'string')
    throw new Error('It is no service account: client_email or private_key is missing.');
  return account as ServiceAccount;
}

function parsed(text: string): Partial<ServiceAccount> | undefined {
  try {
    return JSON.parse(text) as Partial<ServiceAccount>;
  } catch {
    return undefined;
  }
}
