/** Form bodies as Stripe's clients send them: `items[0][price]=price_1&metadata[a]=b` (https://docs.stripe.com/api). */

export interface Form {
  [name: string]: string | Form;
}

export function parseForm(text: string): Form {
  const form: Form = {};
  for (const [name, value] of new URLSearchParams(text)) put(form, partsOf(name), value);
  return form;
}

/** `a[b][0]` is a, b, 0; `a[]` takes the next free number. */
function partsOf(name: string): string[] {
  const [head = '', ...rest] = name.split('[');
  return [head, ...rest.map((part) => part.replace(/\]$/, ''))];
}

function put(form: Form, [head = '', ...rest]: readonly string[], value: string): void {
  const name = head === '' ? String(Object.keys(form).length) : head;
  if (rest.length === 0) {
    form[name] = value;
    return;
  }
  const inner = form[name];
  const group: Form = typeof inner === 'object' ? inner : {};
  form[name] = group;
  put(group, rest, value);
}

export function textOf(form: Form, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function groupOf(form: Form, name: string): Form {
  const value = form[name];
  return typeof value === 'object' ? value : {};
}

export function listOf(form: Form, name: string): readonly (string | Form)[] {
  return Object.values(groupOf(form, name));
}

export function numberOf(form: Form, name: string): number | undefined {
  const value = textOf(form, name);
  return value === undefined ? undefined : Number(value);
}

export function flagOf(form: Form, name: string): boolean {
  return form[name] === 'true';
}

/** Text by text; an empty one deletes the entry. */
export function metadataOf(form: Form, before: Record<string, string> = {}): Record<string, string> {
  const merged = { ...before };
  for (const [name, value] of Object.entries(groupOf(form, 'metadata'))) {
    if (value === '') delete merged[name];
    else if (typeof value === 'string') merged[name] = value;
  }
  return merged;
}
