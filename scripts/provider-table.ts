/** The tables of docs/reference/providers.md, made from the vendors' own files. */
import { providers } from '../src/providers/index.ts';
import { type Endpoint, type Provider, pathFor, type Quirk } from '../src/providers/provider.ts';

/** Markdown: a row for each vendor. */
export function renderProviderTable(): string {
  const rows = [...providers.values()].map((vendor) => [
    `\`${vendor.id}\``,
    `[${vendor.name}](${vendor.docs})`,
    endpoints(vendor)
      .map(([dialect, endpoint]) => renderEndpoint(dialect, endpoint, vendor))
      .join('<br>'),
    vendor.baseUrl === '' ? 'yours' : `\`${vendor.baseUrl}\``,
    renderKey(vendor),
    renderSettings(vendor),
  ]);
  return table(['Id', 'Vendor', 'Dialects, first the one for callers of others', 'Address', 'Key', 'Settings'], rows);
}

/** Markdown: a row for each thing that a vendor does differently. */
export function renderQuirkTable(): string {
  const rows = [...providers.values()].flatMap((vendor) =>
    endpoints(vendor).flatMap(([dialect, { quirks = [], docs = vendor.docs }]) =>
      quirks.map((quirk) => [`\`${vendor.id}\``, dialect, renderQuirk(quirk), quirk.why, `[page](${docs})`]),
    ),
  );
  return table(['Vendor', 'Dialect', 'What is done', 'Why', 'Source'], rows);
}

const endpoints = (vendor: Provider) => Object.entries(vendor.speaks) as [string, Endpoint][];

function renderEndpoint(dialect: string, { path, models, docs }: Endpoint, vendor: Provider): string {
  const settings = Object.fromEntries((vendor.settings ?? []).map(({ name }) => [name, `{${name}}`]));
  const told = decodeURIComponent(pathFor(path, { model: '{model}', stream: false, settings }));
  const name = docs === undefined ? dialect : `[${dialect}](${docs})`;
  return `${name} \`${told}\`${models === undefined ? '' : ` for models like \`${models.source}\``}`;
}

function renderKey({ keyEnv, keyless, auth }: Provider): string {
  if (auth.signer === 'google-oauth') return 'service account, or application default credentials';
  const names = keyEnv.map((name) => `\`${name}\``).join(' or ');
  if (names === '') return keyless ? 'none needed' : '`apiKey`';
  return keyless ? `${names}, or none` : names;
}

function renderSettings({ settings = [], deployments, baseUrlEnv = [] }: Provider): string {
  const lines = settings.map(({ name, what, env = [], default: fallback, required }) => {
    const marks = [
      required === true ? 'needed' : undefined,
      fallback === undefined ? undefined : `default \`${fallback}\``,
      ...env.map((variable) => `\`${variable}\``),
    ].filter((mark) => mark !== undefined);
    return `\`${name}\`${marks.length === 0 ? '' : ` (${marks.join(', ')})`}: ${what}`;
  });
  if (deployments) lines.push('`deployments`: name of the deployment of each model.');
  for (const variable of baseUrlEnv) lines.push(`\`${variable}\` stands for \`baseUrl\`.`);
  return lines.join('<br>');
}

function renderQuirk(quirk: Quirk): string {
  if ('set' in quirk)
    return `\`${quirk.set}\` is set to \`${JSON.stringify(quirk.to)}\`${quirk.when ? ' in streams' : ''}`;
  if ('rename' in quirk) return `\`${quirk.rename}\` becomes \`${quirk.to}\``;
  if ('drop' in quirk) return `\`${quirk.drop}\` is left out${quirk.silent ? ', and said elsewhere' : ''}`;
  return `\`${quirk.field}\` is rewritten`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}
