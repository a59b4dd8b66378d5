import { useId } from 'react';
import { Checkbox } from '@/components/ui/checkbox.tsx';
import { Label } from '@/components/ui/label.tsx';

/** Ticked by whoever has kept what is shown only once, or by copying it. */
export function KeptCheck(props: { label: string; kept: boolean; onChange: (kept: boolean) => void }) {
  const id = useId();
  return (
    <div className="flex items-center gap-2">
      <Checkbox id={id} checked={props.kept} onCheckedChange={props.onChange} />
      <Label htmlFor={id} className="font-normal">
        {props.label}
      </Label>
    </div>
  );
}
