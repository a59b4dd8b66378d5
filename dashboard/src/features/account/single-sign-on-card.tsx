import { useMutation, useQuery } from '@tanstack/react-query';
import { ErrorState } from '@/components/error-state.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { askAuth } from '@/features/sign-in/auth.ts';
import { clientFor } from '@/lib/api.ts';

/** Shown where single sign-on is configured. */
export function SingleSignOnCard({ linked }: { linked: readonly string[] }) {
  const { data } = useQuery({
    queryKey: ['bootstrap'],
    queryFn: ({ signal }) => clientFor(undefined).call('GET /bootstrap', { signal }),
  });
  const link = useMutation({
    mutationFn: (provider: string) =>
      askAuth<{ url: string }>('/link-social', { provider, callbackURL: '/dashboard/account' }),
    onSuccess: ({ url }) => location.assign(url),
  });
  const providers = data?.singleSignOn ?? [];
  if (providers.length === 0) return null;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Single sign-on</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-2">
        {link.error !== null && <ErrorState error={link.error} />}
        {providers.map(({ name, label }) => (
          <p key={name} className="flex items-center justify-between gap-3">
            {label}
            {linked.includes(name) ? (
              <Badge variant="good">linked</Badge>
            ) : (
              <Button variant="outline" size="sm" disabled={link.isPending} onClick={() => link.mutate(name)}>
                Link
              </Button>
            )}
          </p>
        ))}
      </CardContent>
    </Card>
  );
}
