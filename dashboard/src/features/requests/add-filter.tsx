/** One more filter: which, and its value. */
import { useNavigate } from '@tanstack/react-router';
import { ListFilter } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Popover, PopoverContent, PopoverTitle, PopoverTrigger } from '@/components/ui/popover.tsx';
import { Select } from '@/components/ui/select.tsx';
import { useIsOperator } from '@/lib/session.ts';
import { choices, type FilterName, filterLabels, filterNames } from './filters.ts';

const operatorsOnly: readonly FilterName[] = ['credential'];

export function AddFilter() {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger render={<Button variant="outline" />}>
        <ListFilter aria-hidden />
        Filter
      </PopoverTrigger>
      <PopoverContent align="end" className="w-72">
        <PopoverTitle className="sr-only">Add a filter</PopoverTitle>
        <FilterForm onDone={() => setOpen(false)} />
      </PopoverContent>
    </Popover>
  );
}

function FilterForm({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState<FilterName>('status');
  const [value, setValue] = useState('failed');
  const isOperator = useIsOperator();
  const navigate = useNavigate();
  const items = filterNames
    .filter((each) => isOperator || !operatorsOnly.includes(each))
    .map((each) => ({ value: each, label: filterLabels[each] }));
  function choose(next: FilterName) {
    setName(next);
    setValue(choices[next]?.[0] ?? '');
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (value.trim() === '') return;
    void navigate({ to: '.', search: (before) => ({ ...before, [name]: value.trim() }) });
    onDone();
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field label="Filter by">
        <Select items={items} value={name} onChange={(next) => choose(next as FilterName)} className="w-full" />
      </Field>
      <Field label="Is">
        <FilterValue name={name} value={value} onChange={setValue} />
      </Field>
      <Button type="submit">Apply</Button>
    </form>
  );
}

interface FilterValueProps {
  readonly name: FilterName;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function FilterValue({ name, value, onChange, ...field }: FilterValueProps) {
  const few = choices[name];
  if (few === undefined)
    return <Input {...field} value={value} onChange={(event) => onChange(event.target.value)} maxLength={300} />;
  const items = few.map((each) => ({ value: each, label: each }));
  return <Select {...field} items={items} value={value} onChange={onChange} className="w-full" />;
}
