/** What stands under `providers.<name>` beside address and key: the vendor's settings, deployments, static headers. */
import { map, text } from './leaves.ts';
import { ownTimeouts } from './timeout-settings.ts';

const value = () =>
  text(
    'a name of letters, digits and "-", "_", ".", ":" or "@", at most 128',
    /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/,
  ).optional();
const wireName = text('a model name without spaces, at most 256 characters', /^[^\s\p{Cc}]{1,256}$/u);

/** A header that frames the message, or that the gateway itself must be sure of, is nobody else's. */
const ownHeaders =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept-encoding)$/;
const headerName = text(
  'the name of a header in lower case, not of one that frames the message (host, content-length …)',
  /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/,
).refine((name) => !ownHeaders.test(name), {
  error: 'the name of a header in lower case, not of one that frames the message (host, content-length …)',
});
const headerValue = text(
  'a text of printable ASCII, at most 8192 characters',
  /^[\x21-\x7e]([\x20-\x7e]{0,8190}[\x21-\x7e])?$/,
);

/** The table of vendors says which of them a vendor takes; any other is refused. */
export const providerSettings = {
  region: value().describe('Region of the vendor, where it has several.'),
  project: value().describe('Project that is billed, where the vendor has projects.'),
  location: value().describe('Location of the models, where the vendor has several.'),
  resource: value().describe('Resource of the account, where it is a part of the address.'),
  apiVersion: value().describe('Version of the API, where the vendor asks for one.'),
  accountId: value().describe('Account, where it is a part of the address.'),
  workspaceId: value().describe('Workspace, where it is a part of the address.'),
  deployments: map(wireName, wireName, 'model names with the name of the deployment of each')
    .optional()
    .describe('Where models run under names of your own: the deployment of each. Others are called by their own name.'),
  timeouts: ownTimeouts,
  headers: map(headerName, headerValue, 'headers with a value each')
    .optional()
    .describe('Headers that every call to the provider gets; they win over all others, and are never logged.'),
};
