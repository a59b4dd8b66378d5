import { useAsk } from '@/lib/api.ts';
import { formatId } from '@/lib/format.ts';

/** An organization by its name; until that is there, or where it may not be seen, by its id. */
export function OrganizationName({ id }: { id: string }) {
  const organization = useAsk('GET /organizations/{organizationId}', { params: { organizationId: id } });
  return <span title={id}>{organization.data?.name ?? formatId(id)}</span>;
}
