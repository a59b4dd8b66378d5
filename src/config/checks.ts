/**
 * What no single leaf can know: names that must exist elsewhere, and settings that only make sense together. Works on
 * the tree as read, so that these mistakes are listed together with those of the schema.
 */

import { nearest } from '../lib/nearest.ts';
import type { Provider } from '../providers/provider.ts';
import { isRecord } from './document.ts';
import type { Origins } from './issues.ts';
import { checkOwnProvider } from './own-provider-checks.ts';
import type { Problem } from './problem.ts';
import { checkAccess, checkSettings, type Report, vendorOf } from './provider-checks.ts';

export function crossCheck(tree: Record<string, unknown>, registry: readonly Provider[], origins: Origins): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, expected, remedy) => {
    problems.push({ path: path.join('.'), source: origins.sourceOf(path), expected, remedy });
  };
  const providers = groups(tree.providers);
  for (const [name, entry] of providers) checkProvider(name, entry, registry, tree, report);
  for (const [organization, entry] of groups(tree.organizations)) {
    for (const [name, own] of groups(entry.providers))
      checkOwnProvider(organization, name, own, providers.get(name), registry, report);
  }
  const names = [...providers.keys(), 'mock'];
  for (const id of groups(tree.models).keys()) {
    checkProviderName(['models', id], id, [...names, ...registry.map((provider) => provider.id)], registry, report);
  }
  for (const [name, { targets }] of groups(tree.routes)) {
    for (const [at, model] of modelsIn(targets, ['routes', name, 'targets'])) {
      checkProviderName(at, model, names, registry, report);
    }
  }
  checkKeys(tree, report);
  checkStripe(isRecord(tree.stripe) ? tree.stripe : {}, report);
  return problems;
}

type Named = readonly [path: readonly string[], model: string];

/** The models that a list of targets names, however deep. */
function modelsIn(targets: unknown, path: readonly string[]): readonly Named[] {
  if (!Array.isArray(targets)) return [];
  return targets.flatMap((target: unknown, i): readonly Named[] => {
    const at = [...path, String(i)];
    if (isRecord(target) && 'targets' in target) return modelsIn(target.targets, [...at, 'targets']);
    const model = isRecord(target) ? target.model : target;
    return typeof model === 'string' ? [[at, model]] : [];
  });
}

function checkProvider(
  name: string,
  entry: Record<string, unknown>,
  registry: readonly Provider[],
  tree: Record<string, unknown>,
  report: Report,
): void {
  if (name === 'mock' && Object.keys(entry).some((leaf) => leaf !== 'enabled')) {
    report(
      ['providers', name],
      'is the built-in provider and can only be turned off',
      'Choose another name for your own.',
    );
  }
  if (entry.enabled === false || name === 'mock') return;
  const vendor = vendorOf(name, entry, registry, report);
  if (vendor !== undefined) {
    checkAccess(name, entry, vendor, report);
    checkSettings(name, entry, vendor, report);
  }
  if (typeof entry.baseUrl === 'string' && isOwnAddress(entry.baseUrl, tree)) {
    report(
      ['providers', name, 'baseUrl'],
      'is the address that Tollgate itself listens on',
      "Give the provider's address.",
    );
  }
}

/** A gateway that asks itself would do so until every limit is hit. */
function isOwnAddress(baseUrl: string, tree: Record<string, unknown>): boolean {
  if (!URL.canParse(baseUrl)) return false;
  const { hostname, port } = new URL(baseUrl);
  const server = isRecord(tree.server) ? tree.server : {};
  const own = [server.host ?? '127.0.0.1', 'localhost', '127.0.0.1', '[::1]'];
  return port === String(server.port ?? 7070) && own.includes(hostname);
}

function checkProviderName(
  path: readonly string[],
  model: string,
  names: readonly string[],
  registry: readonly Provider[],
  report: Report,
): void {
  const [provider = ''] = model.split('/', 1);
  if (!model.includes('/') || names.includes(provider)) return;
  const vendor = registry.find(({ id }) => id === provider);
  if (vendor) {
    const variable = vendor.keyEnv[0];
    const remedy = `Set ${variable ?? 'its key'} in the environment, or add providers.${provider}.`;
    report(path, `names the provider ${provider}, which is not turned on`, remedy);
    return;
  }
  const guess = nearest(provider, [...names, ...registry.map(({ id }) => id)]);
  const remedy = guess ? `Did you mean ${guess}${model.slice(provider.length)}?` : `Add providers.${provider}.`;
  report(path, `names the provider ${provider}, which does not exist`, remedy);
}

function checkKeys(tree: Record<string, unknown>, report: Report): void {
  const organizations = ['default', ...groups(tree.organizations).keys()];
  const seen = new Map<string, string>();
  for (const [name, { key, organization }] of groups(tree.keys)) {
    if (typeof organization === 'string' && !organizations.includes(organization)) {
      const guess = nearest(organization, organizations);
      const remedy = guess ? `Did you mean ${guess}?` : `Add organizations.${organization}.`;
      report(['keys', name, 'organization'], `names the organization ${organization}, which does not exist`, remedy);
    }
    const twin = typeof key === 'string' && key !== '' ? seen.get(key) : undefined;
    if (twin) report(['keys', name, 'key'], `is the same key as keys.${twin}.key`, 'Give each its own key.');
    if (typeof key === 'string') seen.set(key, name);
    if (typeof key === 'string' && exampleKey.test(key)) {
      const remedy =
        'Give a random one, for example from "openssl rand -hex 32", or make it by "tollgate keys create".';
      report(['keys', name, 'key'], 'is an example that anybody would guess', remedy);
    }
  }
}

/** Without a signing secret anybody could tell us of payments that nobody made. */
function checkStripe(section: Record<string, unknown>, report: Report): void {
  const { secretKey, webhookSecrets, topUpMinUsd = 5, topUpMaxUsd = 10_000 } = section;
  const secrets = Array.isArray(webhookSecrets) ? webhookSecrets : [webhookSecrets];
  if (secretKey !== undefined && !secrets.some((secret) => typeof secret === 'string' && secret.trim() !== '')) {
    const remedy = 'Add the signing secret of the webhook endpoint (whsec_...), or set STRIPE_WEBHOOK_SECRET.';
    report(['stripe', 'webhookSecrets'], 'is missing, and stripe.secretKey is set', remedy);
  }
  if (Number(topUpMinUsd) > Number(topUpMaxUsd)) {
    report(['stripe', 'topUpMinUsd'], 'is more than stripe.topUpMaxUsd', 'Lower it, or raise the other one.');
  }
}

/** What instructions, tutorials and compose files have where a secret belongs: scans of the internet try these first. */
const exampleKey =
  /^(?:(?:sk|tg|tgm)[-_])?(?:change[-_]?(?:me|this|it)|replace[-_]?(?:me|this)|(?:my|your|the|test|some)?[-_]?(?:api)?[-_]?(?:key|secret|token|password|master[-_]?key)(?:[-_]?here)?|passw[o0]rd|admin|default|example|placeholder|dummy|letmein|qwerty(?:uiop)?|\d{4,16}|x{4,}|\.{3,}|<[^>]*>)[-_.!0-9]{0,12}$/i;

/** The entries of a section that are groups; anything else is the schema's business. */
function groups(section: unknown): Map<string, Record<string, unknown>> {
  const entries = isRecord(section) ? Object.entries(section) : [];
  return new Map(entries.filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1])));
}
