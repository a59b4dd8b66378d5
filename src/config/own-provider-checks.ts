/** Whether what the file says of an organization's own account at a provider can work: the same checks as for yours. */
import type { Provider } from '../providers/provider.ts';
import { checkAccess, checkSettings, type Report, vendorOf } from './provider-checks.ts';

type Entry = Record<string, unknown>;

/** What the platform's entry says holds for the organization's account too, apart from its key and its headers. */
export function checkOwnProvider(
  organization: string,
  name: string,
  entry: Entry,
  platform: Entry | undefined,
  registry: readonly Provider[],
  report: Report,
): void {
  const here: Report = ([, ...path], expected, remedy) =>
    report(['organizations', organization, 'providers', ...path], expected, remedy);
  if (name === 'mock') {
    here(['providers', name], 'is the built-in provider, which has no accounts', 'Remove it.');
    return;
  }
  const { apiKey: _, headers: __, models: ___, deployments: ____, ...shared } = platform ?? {};
  const vendor = vendorOf(name, shared, registry, here);
  if (vendor === undefined) return;
  const whole = { ...shared, ...entry };
  // An address alone is no account: the platform's would be used for an organization that has given no key.
  if (!vendor.keyless && !entry.apiKey && !entry.baseUrl)
    here(['providers', name, 'apiKey'], 'is missing', "Add the organization's own key for it, or remove the entry.");
  else checkAccess(name, whole, vendor, here);
  checkSettings(name, whole, vendor, here);
}
