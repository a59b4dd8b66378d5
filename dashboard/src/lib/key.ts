/** A management key that somebody signed in with instead of a session. It ends with the tab, and is never in an address. */
const name = 'tollgate.key';

export function storedKey(): string | undefined {
  return sessionStorage.getItem(name) ?? undefined;
}

export function storeKey(key: string | undefined): void {
  if (key === undefined) sessionStorage.removeItem(name);
  else sessionStorage.setItem(name, key);
}
