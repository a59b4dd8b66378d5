import { Segments } from '@/components/segments.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { useScheme, writeScheme } from '@/lib/scheme.ts';

const schemes = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

export function AppearanceCard() {
  const scheme = useScheme();
  return (
    <Card>
      <CardHeader>
        <div>
          <CardTitle>Appearance</CardTitle>
          <CardDescription>Of this browser alone.</CardDescription>
        </div>
      </CardHeader>
      <CardContent>
        <Segments label="Colour scheme" items={schemes} value={scheme} onChange={writeScheme} />
      </CardContent>
    </Card>
  );
}
