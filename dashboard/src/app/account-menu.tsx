import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { CircleUser, LogOut, UserCog } from 'lucide-react';
import { Button } from '@/components/ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuGroup,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu.tsx';
import { askAuth } from '@/features/sign-in/auth.ts';
import { storeKey } from '@/lib/key.ts';
import { useSession } from '@/lib/session.ts';

export function AccountMenu() {
  const { user } = useSession();
  const queries = useQueryClient();
  const router = useRouter();
  async function signOut() {
    // A key is forgotten with the tab; a session is ended where it is kept.
    if (user !== null) await askAuth('/sign-out', {}).catch(() => {});
    storeKey(undefined);
    queries.clear();
    await router.navigate({ to: '/sign-in' });
  }
  return (
    <DropdownMenu>
      <DropdownMenuTrigger render={<Button variant="ghost" size="icon" aria-label="Account" />}>
        <CircleUser />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuGroup>
          <DropdownMenuLabel>{user?.email ?? 'Signed in with a management key'}</DropdownMenuLabel>
          {user !== null && (
            <DropdownMenuItem onClick={() => router.navigate({ to: '/account' })}>
              <UserCog /> Account
            </DropdownMenuItem>
          )}
          <DropdownMenuItem onClick={signOut}>
            <LogOut /> Sign out
          </DropdownMenuItem>
        </DropdownMenuGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
