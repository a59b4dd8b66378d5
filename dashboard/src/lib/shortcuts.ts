/** Keys: one letter, or `g` and a letter. Never while somebody types, and never with Ctrl, Alt or Cmd. */
import { useEffect, useEffectEvent } from 'react';

const sequenceMs = 1_000;

/** `useShortcuts({ '/': focusSearch, 'g k': goToKeys, j: next })`: for the time that the component is there. */
export function useShortcuts(shortcuts: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  const run = useEffectEvent((keys: string, event: KeyboardEvent) => {
    const action = shortcuts[keys];
    if (action === undefined) return false;
    event.preventDefault();
    action(event);
    return true;
  });
  // The window is no React: its events need an effect.
  useEffect(() => {
    let before = { key: '', at: 0 };
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      const { key, timeStamp } = event;
      const isSecond = timeStamp - before.at < sequenceMs && before.key !== '';
      if (!(isSecond && run(`${before.key} ${key}`, event))) run(key, event);
      before = { key, at: timeStamp };
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) || inWindow(target);
}

/** A menu or a window takes letters for itself. */
function inWindow(target: HTMLElement): boolean {
  return target.closest('[role="menu"],[role="dialog"],[role="listbox"],[role="alertdialog"]') !== null;
}
