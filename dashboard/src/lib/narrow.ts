/** Whether the window is too narrow for a table. */
import { useSyncExternalStore } from 'react';

const query = () => matchMedia('(width < 40rem)');

function subscribe(onChange: () => void): () => void {
  const list = query();
  list.addEventListener('change', onChange);
  return () => list.removeEventListener('change', onChange);
}

export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query().matches);
}
