/** Whether a provider is a known one, and its settings those of its vendor: of its form, and none left out. */
import { nearest } from '../lib/nearest.ts';
import { type Provider, type Setting, settingNames } from '../providers/provider.ts';
import { isNeeded } from './environment.ts';

/** A mistake at a path: what is wrong, as the end of a sentence, and what to do. */
export type Report = (path: readonly string[], expected: string, remedy: string) => void;

/**
 * The vendor that an entry is an account of: by its type, or else by its name. Undefined where there is none, which is
 * reported, or where the type is no text, which is the schema's business.
 */
export function vendorOf(
  name: string,
  entry: Record<string, unknown>,
  registry: readonly Provider[],
  report: Report,
): Provider | undefined {
  const { type } = entry;
  if (type !== undefined && typeof type !== 'string') return undefined;
  // The built-in provider is there once.
  const known = registry.filter(({ id }) => id !== 'mock');
  const vendor = known.find(({ id }) => id === (type ?? name));
  if (vendor !== undefined) return vendor;
  const ids = known.map(({ id }) => id);
  const guess = nearest(type ?? name, ids);
  if (type === undefined) {
    const hint = guess ? `Did you mean ${guess}? For an own address add` : 'Add';
    report(['providers', name], 'is not a known vendor', `${hint} "type: openai-compatible" and a baseUrl.`);
  } else {
    const hint = guess ? `Did you mean ${guess}? Known are` : 'Known are';
    report(['providers', name, 'type'], 'is no vendor and no wire format', `${hint} ${ids.join(', ')}.`);
  }
  return undefined;
}

/** Whether an entry has what nobody can be asked without: an address, and a key where the vendor wants one. */
export function checkAccess(name: string, entry: Record<string, unknown>, vendor: Provider, report: Report): void {
  if (vendor.baseUrl === '' && entry.baseUrl === undefined) {
    report(['providers', name, 'baseUrl'], 'is missing', 'Add it: the address that the paths are appended to.');
  }
  if (vendor.keyless || entry.apiKey || entry.baseUrl) return;
  const variable = vendor.keyEnv[0];
  const remedy = variable ? `Set ${variable} in the environment, or add apiKey.` : 'Add apiKey.';
  const ofItsOwn = `Add apiKey; the environment's ${variable ?? 'key'} is that of providers.${vendor.id}.`;
  report(['providers', name, 'apiKey'], 'is missing', entry.type === undefined ? remedy : ofItsOwn);
}

export function checkSettings(name: string, entry: Record<string, unknown>, vendor: Provider, report: Report): void {
  const { name: title, settings = [] } = vendor;
  for (const key of settingNames) {
    const value = entry[key];
    if (value === undefined) continue;
    const setting = settings.find((each) => each.name === key);
    const at = ['providers', name, key];
    if (setting === undefined) report(at, `is not a setting of ${title}`, takes(settings));
    else if (typeof value === 'string' && !setting.pattern.test(value))
      report(at, `is not what ${title} takes`, `${setting.what} It looks like ${setting.example}.`);
  }
  if (entry.deployments !== undefined && vendor.deployments !== true)
    report(
      ['providers', name, 'deployments'],
      `is not a setting of ${title}`,
      'Remove it: models have their own names.',
    );
  for (const setting of settings.filter((each) => isNeeded(each, vendor, entry.baseUrl !== undefined))) {
    if (entry[setting.name] !== undefined) continue;
    const read = entry.type === undefined ? (setting.env ?? []) : [];
    const where = ['Add it', ...read.map((variable) => `set ${variable}`)].join(', or ');
    report(
      ['providers', name, setting.name],
      'is missing',
      `${where}: ${setting.what} It looks like ${setting.example}.`,
    );
  }
}

function takes(settings: readonly Setting[]): string {
  if (settings.length === 0) return 'Remove it: there is nothing to set beside address and key.';
  return `Remove it. What can be set: ${settings.map(({ name }) => name).join(', ')}.`;
}
