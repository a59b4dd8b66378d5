import { Input } from '@/components/ui/input.tsx';

interface SearchFormProps {
  readonly label: string;
  readonly placeholder: string;
  /** What the address has. */
  readonly value: string | undefined;
  /** On Enter; empty: nothing is looked for any more. */
  readonly onSearch: (text: string) => void;
}

/** The field that `/` focuses. Uncontrolled: the address has the value, and a new address makes a new field. */
export function SearchForm({ label, placeholder, value = '', onSearch }: SearchFormProps) {
  return (
    <form
      className="w-full sm:w-auto"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(String(new FormData(event.currentTarget).get('q') ?? '').trim());
      }}
    >
      <Input
        key={value}
        name="q"
        data-search
        type="search"
        aria-label={label}
        placeholder={placeholder}
        className="w-full sm:w-56"
        defaultValue={value}
      />
    </form>
  );
}
