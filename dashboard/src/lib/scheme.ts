/** Light or dark: the viewer's choice, else the system's. public/scheme.js applies it before the first paint. */
import { useSyncExternalStore } from 'react';

export type Scheme = 'light' | 'dark' | 'system';
const name = 'tollgate.scheme';
const changed = 'tollgate:scheme';

export function readScheme(): Scheme {
  const stored = localStorage.getItem(name);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function writeScheme(scheme: Scheme): void {
  localStorage.setItem(name, scheme);
  applyScheme();
}

function applyScheme(): void {
  document.documentElement.dataset.scheme = isDark() ? 'dark' : 'light';
  dispatchEvent(new Event(changed));
}

function isDark(): boolean {
  const scheme = readScheme();
  return scheme === 'dark' || (scheme === 'system' && systemIsDark().matches);
}

const systemIsDark = () => matchMedia('(prefers-color-scheme: dark)');

/** Follows the system while this page is open. */
export function followSystemScheme(): void {
  systemIsDark().addEventListener('change', applyScheme);
}

function subscribe(onChange: () => void): () => void {
  addEventListener(changed, onChange);
  return () => removeEventListener(changed, onChange);
}

export function useScheme(): Scheme {
  return useSyncExternalStore(subscribe, readScheme);
}

/** For charts, which draw colours instead of inheriting them. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, isDark);
}
