/** Signing in, put together from the configuration. */
import type { Config } from './config.ts';
import { signInSecret } from './control/sign-in/secret.ts';
import { SignIn } from './control/sign-in/sign-in.ts';
import type { Log } from './lib/log.ts';
import { type SecretBox, SecretRefused } from './lib/secret-box.ts';
import type { Store } from './store/store.ts';

interface Parts {
  readonly store: Store;
  readonly secrets: SecretBox;
  readonly log: Log;
}

/** Undefined, and told, where this instance has another master key than those before it: then nobody signs in here. */
export async function openSignIn(config: Config, { store, secrets, log }: Parts): Promise<SignIn | undefined> {
  const { publicUrls = [], trustedProxies = [], oidc } = config.signIn;
  const providers = Object.entries(oidc).map(([name, { label = name, ...rest }]) => ({ name, label, ...rest }));
  try {
    const secret = await signInSecret(store.db, secrets);
    return new SignIn({ publicUrls, trustedProxies, oidc: providers }, { store, log, secret });
  } catch (error) {
    if (!(error instanceof SecretRefused)) throw error;
    log.error({ error }, 'nobody can sign in at this instance: give it the secrets.masterKey of the others');
    return undefined;
  }
}
