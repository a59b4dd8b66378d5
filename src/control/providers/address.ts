/**
 * Which addresses a provider may have. Operators run models in their own networks, so private ones are theirs to name;
 * what is never a provider are the addresses of one link, where clouds keep the credentials of the machine itself.
 */
import { BlockList, isIP } from 'node:net';

const never = new BlockList();
never.addSubnet('169.254.0.0', 16, 'ipv4');
never.addSubnet('0.0.0.0', 8, 'ipv4');
never.addSubnet('224.0.0.0', 3, 'ipv4');
never.addSubnet('fe80::', 10, 'ipv6');
never.addSubnet('ff00::', 8, 'ipv6');
never.addAddress('::', 'ipv6');
/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html */
never.addAddress('fd00:ec2::254', 'ipv6');
/** https://cloud.google.com/compute/docs/metadata/querying-metadata */
const neverNames = /^(metadata|metadata\.google\.internal|instance-data|instance-data\.ec2\.internal)\.?$/;

/** The end of a sentence that begins with the address; undefined: it may be. */
export function whyNoAddress(text: string): string | undefined {
  // What URL would mend in silence is no address that somebody meant.
  const url = URL.canParse(text) && !/[\s\p{Cc}\\]/u.test(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'is no address that begins with http:// or https://';
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return 'has a user name, a query or a fragment, which have no place there';
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return isNever(host) ? 'is one that no provider has: machines keep their own credentials there' : undefined;
}

function isNever(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return neverNames.test(host);
  // BlockList looks at IPv4 in IPv6 as IPv4.
  return never.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
