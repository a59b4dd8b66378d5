import { useNavigate } from '@tanstack/react-router';
import { Segments } from '@/components/segments.tsx';
import { useIsOperator, useOrganizationId } from '@/lib/session.ts';
import { useOnly } from './scope.ts';

/** For operators: the whole installation, or the organization at the top. */
export function ScopeSwitch() {
  const navigate = useNavigate();
  const { only } = useOnly();
  const operator = useIsOperator();
  const organizationId = useOrganizationId();
  if (!operator || organizationId === undefined) return null;
  const choose = (value: 'all' | 'organization') =>
    void navigate({
      to: '.',
      search: (before: object) => ({ ...before, only: value === 'all' ? undefined : value }) as never,
    });
  return (
    <Segments
      label="Whose usage"
      items={[
        { value: 'all', label: 'All organizations' },
        { value: 'organization', label: 'This one' },
      ]}
      value={only ?? 'all'}
      onChange={choose}
    />
  );
}
