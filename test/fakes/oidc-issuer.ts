/** An OpenID Connect issuer on a port of its own, which lets everybody in as whoever the test says. */
import { OAuth2Server } from 'oauth2-mock-server';

export interface OidcIssuer {
  readonly url: string;
  /** Who signs in from now on. */
  be(claims: { readonly sub: string; readonly email: string; readonly email_verified: boolean }): void;
  stop(): Promise<void>;
}

export async function startOidcIssuer(clientId: string): Promise<OidcIssuer> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  let claims: Record<string, unknown> = {};
  server.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
    Object.assign(token.payload, { aud: clientId, name: 'Somebody' }, claims);
  });
  return {
    url: server.issuer.url ?? '',
    be: (next) => {
      claims = { ...next };
    },
    stop: () => server.stop(),
  };
}
