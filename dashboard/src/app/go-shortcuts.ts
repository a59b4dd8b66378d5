import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { useShortcuts } from '@/lib/shortcuts.ts';
import { useVisiblePages } from './visible-pages.ts';

/** `g` and a letter goes to a page, `/` to the page's search (else the palette), Ctrl or Cmd and K opens the palette. */
export function useGoShortcuts(openPalette: () => void): void {
  const navigate = useNavigate();
  const go = useVisiblePages().flatMap(({ key, to }) =>
    key === undefined ? [] : [[`g ${key}`, () => void navigate({ to })] as const],
  );
  useShortcuts({ ...Object.fromEntries(go), '/': () => focusSearch() || openPalette() });
  const open = useEffectEvent(openPalette);
  // The window is no React: its events need an effect.
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      open();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}

/** A page marks its search with `data-search`. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('main [data-search]');
  field?.focus();
  field?.select();
  return field !== null;
}
