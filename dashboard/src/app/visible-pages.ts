import { useSession } from '@/lib/session.ts';
import { type Page, pages } from '@/navigation.ts';

/** What the viewer may see; what they may not is not greyed out but absent. */
export function useVisiblePages(): readonly Page[] {
  const { permissions } = useSession();
  return pages.filter(({ needs }) => needs === undefined || permissions.includes(needs));
}
