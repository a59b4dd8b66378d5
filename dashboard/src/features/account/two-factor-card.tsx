import { useState } from 'react';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardDescription, CardFooter, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { DisableDialog } from './disable-dialog.tsx';
import { EnableDialog } from './enable-dialog.tsx';

export function TwoFactorCard({ enabled, hasPassword }: { enabled: boolean; hasPassword: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const Dialog = enabled ? DisableDialog : EnableDialog;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Second factor</CardTitle>
        <Badge variant={enabled ? 'good' : 'neutral'}>{enabled ? 'on' : 'off'}</Badge>
      </CardHeader>
      <CardContent>
        <CardDescription>
          {enabled
            ? 'After your password, a code of your app is asked for.'
            : 'An app on your phone shows a code that is asked for after your password.'}
        </CardDescription>
      </CardContent>
      {hasPassword && (
        <CardFooter>
          <Button variant="outline" size="sm" onClick={() => setOpen(true)}>
            {enabled ? 'Turn off' : 'Turn on'}
          </Button>
        </CardFooter>
      )}
      {isOpen && <Dialog onClose={() => setOpen(false)} />}
    </Card>
  );
}
