import { useRole } from '@/lib/session.ts';
import { type Page, pages } from '@/navigation.ts';

/** What the viewer's role may see; what it may not is not greyed out but absent. */
export function useVisiblePages(): readonly Page[] {
  const role = useRole();
  return pages.filter(({ roles }) => role === 'operator' || roles === undefined || roles.includes(role));
}
