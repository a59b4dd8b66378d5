import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useId } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Input } from '@/components/ui/input.tsx';
import { useAsk } from '@/lib/api.ts';
import { type FormTarget, partWords } from './definition.ts';

interface TargetRowsProps {
  readonly targets: readonly FormTarget[];
  readonly hasWeights: boolean;
  readonly disabled: boolean;
  readonly onChange: (targets: readonly FormTarget[]) => void;
}

/** Whom it may ask, in order: each a model that can be called, or a part that the YAML has. */
export function TargetRows({ targets, hasWeights, disabled, onChange }: TargetRowsProps) {
  const list = useId();
  const models = useAsk('GET /models', { query: { callable: true, limit: 200 } });
  const put = (at: number, target: FormTarget) => onChange(targets.map((each, i) => (i === at ? target : each)));
  const move = (at: number, by: number) => {
    const moved = [...targets];
    const [one] = moved.splice(at, 1);
    if (one) moved.splice(at + by, 0, one);
    onChange(moved);
  };
  return (
    <section className="flex flex-col gap-2" aria-label="Targets">
      <h2 className="text-sm font-medium">Targets</h2>
      <datalist id={list}>
        {models.data?.data.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <ol className="flex flex-col gap-1.5">
        {targets.map((target, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity, and are typed in place.
          <li key={i} className="flex items-center gap-1.5">
            <span className="figures w-5 shrink-0 text-right text-xs text-muted-foreground">{i + 1}</span>
            {target.model === undefined ? (
              <span className="min-w-0 flex-1 truncate rounded-md border border-dashed px-2.5 py-1 text-sm text-muted-foreground">
                {partWords(target.whole)}
              </span>
            ) : (
              <Input
                aria-label={`Target ${i + 1}`}
                list={list}
                value={target.model}
                placeholder="provider/name"
                className="min-w-0 flex-1"
                onChange={(event) => put(i, { ...target, model: event.target.value })}
              />
            )}
            {hasWeights && target.model !== undefined && (
              <Input
                aria-label={`Weight of target ${i + 1}`}
                inputMode="decimal"
                className="w-16"
                placeholder="1"
                value={target.weight === undefined ? '' : String(target.weight)}
                onChange={(event) => {
                  const weight = Number(event.target.value);
                  put(i, { ...target, weight: event.target.value === '' || Number.isNaN(weight) ? undefined : weight });
                }}
              />
            )}
            {!disabled && (
              <>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={`Move target ${i + 1} up`}
                  disabled={i === 0}
                  onClick={() => move(i, -1)}
                >
                  <ArrowUp />
                </Button>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={`Move target ${i + 1} down`}
                  disabled={i === targets.length - 1}
                  onClick={() => move(i, 1)}
                >
                  <ArrowDown />
                </Button>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={`Take target ${i + 1} out`}
                  disabled={targets.length === 1}
                  onClick={() => onChange(targets.filter((_, at) => at !== i))}
                >
                  <X />
                </Button>
              </>
            )}
          </li>
        ))}
      </ol>
      {!disabled && (
        <Button
          variant="outline"
          size="sm"
          className="w-fit"
          onClick={() => onChange([...targets, { model: '', weight: undefined, whole: '' }])}
        >
          Add target
        </Button>
      )}
    </section>
  );
}
