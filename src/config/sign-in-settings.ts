/** `signIn:` of the configuration file: how people get into the dashboard. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { httpUrl, list, text } from './leaves.ts';

const provider = z.strictObject({
  issuer: httpUrl().describe('Address of the issuer; its /.well-known/openid-configuration says the rest.'),
  clientId: text('the id that the issuer knows this installation by', /^[\x21-\x7e]{1,512}$/).describe(
    'Id that the issuer knows this installation by.',
  ),
  clientSecret: text(
    'the secret that belongs to the client id, at least 8 characters',
    /^[\x21-\x7e]{8,1024}$/,
  ).describe(
    'Secret that belongs to it. Only people who were invited get in. Register `<public address>/api/v1/auth/callback/<name>` with the issuer.',
  ),
  label: text('a short text for a button', /^[^\p{Cc}]{1,60}$/u)
    .optional()
    .describe('What its button says. Absent: its name.'),
});

const providerName = text(
  'a name of lower-case letters, digits and "-", at most 32, and not "credential"',
  /^(?!credential$)[a-z0-9][a-z0-9-]{0,31}$/,
);

const network = z
  .string({ error: 'an IP address or a network such as 10.0.0.0/8' })
  .refine(isNetwork, { error: 'an IP address or a network such as 10.0.0.0/8' })
  .meta({ expected: 'an IP address or a network such as 10.0.0.0/8' });

export const signIn = z.strictObject({
  publicUrls: list(httpUrl().refine(isOrigin, { error: 'an address without a path' }), 'a list of addresses')
    .optional()
    .describe(
      'Addresses that people open the dashboard at, such as https://gateway.example.com; the first one stands in mails and links. Absent: the address that the request came to.',
    ),
  trustedProxies: list(network, 'a list of IP addresses and networks')
    .optional()
    .describe('Proxies whose X-Forwarded-For is believed. Absent: the address of the connection counts.'),
  /** Single sign-on with OpenID Connect, by a name for each issuer. */
  oidc: z.record(providerName, provider).prefault({}),
});

function isOrigin(url: string): boolean {
  return !URL.canParse(url) || new URL(url).pathname === '/';
}

function isNetwork(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
