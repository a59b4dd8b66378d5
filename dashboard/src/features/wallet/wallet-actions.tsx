import { CreditCard, HandCoins, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu.tsx';
import { useIsOperator, useMay } from '@/lib/session.ts';
import { GiveDialog, type Giving } from './give-dialog.tsx';
import { TopUpDialog } from './top-up-dialog.tsx';

/** Paying, for whoever pays; moving money by hand, for operators. */
export function WalletActions({ organizationId }: { organizationId: string }) {
  const [topUp, setTopUp] = useState(false);
  const [giving, setGiving] = useState<Giving>();
  const isOperator = useIsOperator();
  const mayPay = useMay('POST /organizations/{organizationId}/checkout');
  return (
    <>
      {isOperator && (
        <DropdownMenu>
          <DropdownMenuTrigger render={<Button variant="outline" />}>
            <HandCoins aria-hidden /> Move money
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end">
            <DropdownMenuItem onClick={() => setGiving('payment')}>
              <Plus aria-hidden /> Record a payment …
            </DropdownMenuItem>
            <DropdownMenuItem onClick={() => setGiving('credit')}>
              <HandCoins aria-hidden /> Give credit …
            </DropdownMenuItem>
            <DropdownMenuItem onClick={() => setGiving('take-back')} variant="destructive">
              <CreditCard aria-hidden /> Take money back …
            </DropdownMenuItem>
          </DropdownMenuContent>
        </DropdownMenu>
      )}
      {mayPay && <Button onClick={() => setTopUp(true)}>Top up</Button>}
      <TopUpDialog organizationId={organizationId} open={topUp} onOpenChange={setTopUp} />
      {giving !== undefined && (
        <GiveDialog organizationId={organizationId} giving={giving} onClose={() => setGiving(undefined)} />
      )}
    </>
  );
}
