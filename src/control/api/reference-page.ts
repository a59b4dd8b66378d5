/** GET /api/v1/docs: the reference as one page that needs no script and nothing from anywhere else. */
import type { Entry, Field, NamedType, Reference, Table } from './reference.ts';

export function renderPage({ sections, types }: Reference): string {
  const titles = [...sections.map(({ title }) => title), 'types'];
  const links = titles.map((title) => `<li><a href="#${text(title)}">${text(title)}</a></li>`).join('');
  const bodies = sections
    .map(
      ({ title, entries }) =>
        `<section id="${text(title)}"><h2>${text(title)}</h2>${entries.map(entry).join('')}</section>`,
    )
    .join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tollgate management API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="docs/style.css"></head>
<body><header><h1>Tollgate management API</h1><p>Every request carries a management key:
<code>Authorization: Bearer tgm-…</code>. The same as OpenAPI 3.1: <a href="openapi.json">openapi.json</a>.</p></header>
<nav><ul>${links}</ul></nav><main>${bodies}
<section id="types"><h2>types</h2>${types.map(namedType).join('')}</section></main></body></html>`;
}

function entry({ method, path, summary, description = '', access, tables }: Entry): string {
  return `<article><h3><span class="method">${text(method)}</span> <code>${text(path)}</code></h3>
<p>${text(summary)}. ${text(description)}</p><p class="access">${text(access)}</p>${tables.map(table).join('')}</article>`;
}

function namedType({ name, description, fields }: NamedType): string {
  const shown = fields.length === 0 ? '' : table({ title: 'Fields', fields });
  return `<article id="type-${text(name)}"><h3><code>${text(name)}</code></h3><p>${text(description)}</p>${shown}</article>`;
}

function table({ title, type, fields }: Table): string {
  if (type !== undefined) return `<h4>${text(title)}: <code>${text(type)}</code></h4>`;
  return `<h4>${text(title)}</h4><div class="scroll"><table><tbody>${fields.map(row).join('')}</tbody></table></div>`;
}

function row({ name, type, required, description }: Field): string {
  const mark = required ? '' : '<span class="optional">optional</span>';
  return `<tr><td><code>${text(name)}</code> ${mark}</td><td>${text(type)}</td><td>${text(description)}</td></tr>`;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Everything from here and nothing from a page of another's. */
export const pagePolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const pageStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; padding: 0; }
article { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.5rem 0; }
h2 { text-transform: capitalize; } h3 { font-size: 1rem; overflow-wrap: anywhere; } h4 { margin: 0.75rem 0 0.25rem; }
.method { display: inline-block; font-weight: 700; min-width: 4rem; } .access, .optional { opacity: 0.75; }
.optional { font-size: 0.8rem; } .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent); padding: 0.25rem 1rem 0.25rem 0;
  text-align: left; vertical-align: top; }
code { font-family: ui-monospace, monospace; }
`;
