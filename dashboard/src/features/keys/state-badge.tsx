import { Badge } from '@/components/ui/badge.tsx';
import type { KeyState } from './keys.ts';

const looks = {
  active: { label: 'Active', variant: 'good' },
  paused: { label: 'Paused', variant: 'warning' },
  expired: { label: 'Expired', variant: 'neutral' },
  revoked: { label: 'Revoked', variant: 'bad' },
} as const;

export function StateBadge({ state }: { state: KeyState }) {
  const { label, variant } = looks[state];
  return <Badge variant={variant}>{label}</Badge>;
}
