/** Whether a provider's settings are those of its vendor: named by it, of its form, and none that it needs left out. */
import { type Provider, type Setting, settingNames } from '../providers/provider.ts';
import { isNeeded } from './environment.ts';

/** A mistake at a path: what is wrong, as the end of a sentence, and what to do. */
export type Report = (path: readonly string[], expected: string, remedy: string) => void;

export function checkSettings(
  name: string,
  entry: Record<string, unknown>,
  vendor: Provider | undefined,
  report: Report,
): void {
  const title = vendor?.name ?? `A provider of type ${String(entry.type)}`;
  const settings = vendor?.settings ?? [];
  for (const key of settingNames) {
    const value = entry[key];
    if (value === undefined) continue;
    const setting = settings.find((each) => each.name === key);
    const at = ['providers', name, key];
    if (setting === undefined) report(at, `is not a setting of ${title}`, takes(settings));
    else if (typeof value === 'string' && !setting.pattern.test(value))
      report(at, `is not what ${title} takes`, `${setting.what} It looks like ${setting.example}.`);
  }
  if (entry.deployments !== undefined && vendor?.deployments !== true)
    report(
      ['providers', name, 'deployments'],
      `is not a setting of ${title}`,
      'Remove it: models have their own names.',
    );
  if (vendor === undefined) return;
  for (const setting of settings.filter((each) => isNeeded(each, vendor, entry.baseUrl !== undefined))) {
    if (entry[setting.name] !== undefined) continue;
    const where = ['Add it', ...(setting.env ?? []).map((variable) => `set ${variable}`)].join(', or ');
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
