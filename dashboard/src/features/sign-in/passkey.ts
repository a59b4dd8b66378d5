/** Passkeys, by what browsers have themselves. https://developer.mozilla.org/docs/Web/API/PublicKeyCredential */
import { askAuth } from './auth.ts';

export function canPasskey(): boolean {
  return typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;
}

/** Throws ApiError, and what the browser throws where somebody turns away. */
export async function signInByPasskey(): Promise<void> {
  const options = await askAuth<PublicKeyCredentialRequestOptionsJSON>('/passkey/generate-authenticate-options');
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey });
  await askAuth('/passkey/verify-authentication', { response: toJson(credential) });
}

export async function addPasskey(name: string): Promise<void> {
  const options = await askAuth<PublicKeyCredentialCreationOptionsJSON>('/passkey/generate-register-options');
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey });
  await askAuth('/passkey/verify-registration', { response: toJson(credential), name });
}

function toJson(credential: Credential | null): unknown {
  if (credential instanceof PublicKeyCredential) return credential.toJSON();
  throw new Error('No passkey was chosen.');
}
