import { Send } from 'lucide-react';
import { Button } from '@/components/ui/button.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';

const route = 'POST /organizations/{organizationId}/alerts/test';

/** To everybody who would get a real one; the list says whether it got there. */
export function TestButton({ organizationId }: { organizationId: string }) {
  const test = useChange(route, ['GET /alerts']);
  if (!useMay(route)) return null;
  function send() {
    test.mutate(
      { params: { organizationId } },
      {
        onSuccess: ({ deliveries }) =>
          deliveries.length === 0
            ? toast.failed('Nobody was told', 'Add an address or a webhook under Receivers.')
            : toast.done('Test sent', `To ${deliveries.length} ${deliveries.length === 1 ? 'receiver' : 'receivers'}`),
        onError: (error) => toast.failed(error.message, error.remedy),
      },
    );
  }
  return (
    <Button variant="outline" disabled={test.isPending} onClick={send}>
      <Send aria-hidden /> Send a test
    </Button>
  );
}
