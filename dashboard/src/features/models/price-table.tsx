import type { Model } from '@tollgate/client';
import { formatCountExactly, formatUsdExactly } from '@/lib/format.ts';
import { rateUsd } from './query.ts';

type Price = NonNullable<Model['price']>;

const words: readonly (readonly [keyof Price, string, string])[] = [
  ['input', 'Input', 'million tokens'],
  ['output', 'Output', 'million tokens'],
  ['cacheRead', 'Read from a cache', 'million tokens'],
  ['cacheWrite', 'Written to a cache', 'million tokens'],
  ['cacheWrite1h', 'Written for an hour', 'million tokens'],
  ['audioInput', 'Sound in', 'million tokens'],
  ['audioOutput', 'Sound out', 'million tokens'],
  ['imageInput', 'Pictures in', 'million tokens'],
  ['imageOutput', 'Pictures out', 'million tokens'],
  ['perRequest', 'Request', 'one'],
  ['perWebSearch', 'Web search', 'one'],
  ['perImage', 'Picture made', 'one'],
  ['perAudioSecond', 'Second of sound', 'one'],
  ['perMillionCharacters', 'Characters spoken', 'million'],
  ['perSearch', 'Unit of search', 'one'],
];

/** What it costs, rate by rate, with the name that usage rows have of it. */
export function PriceTable({ price }: { price: Model['price'] }) {
  if (price === null) {
    return (
      <p className="text-sm text-muted-foreground">
        Nobody knows what it costs, so requests for it are refused: it is never free by omission.
      </p>
    );
  }
  const rows = words.flatMap(([name, label, unit]) => {
    const usd = rateUsd(price[name] as string | null);
    return usd === null ? [] : [{ name, label, unit, usd }];
  });
  return (
    <section>
      <h3 className="mb-1.5 text-sm font-semibold">Price</h3>
      <table className="w-full text-sm">
        <tbody>
          {rows.map(({ name, label, unit, usd }) => (
            <tr key={name} className="border-b last:border-0">
              <th scope="row" className="py-1.5 text-left font-normal text-muted-foreground">
                {label}
              </th>
              <td className="py-1.5 text-right">
                <span className="figures">{formatUsdExactly(usd)}</span>{' '}
                <span className="text-muted-foreground">/ {unit}</span>
              </td>
            </tr>
          ))}
          {price.tiers.map(({ rate, aboveInputTokens, usd }) => (
            <tr key={`${rate} ${aboveInputTokens}`} className="border-b last:border-0">
              <th scope="row" className="py-1.5 text-left font-normal text-muted-foreground">
                {words.find(([name]) => name === rate)?.[1] ?? rate}, above {formatCountExactly(aboveInputTokens)} in
              </th>
              <td className="py-1.5 text-right">
                <span className="figures">{formatUsdExactly(rateUsd(usd) ?? '0')}</span>{' '}
                <span className="text-muted-foreground">/ million tokens</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-1.5 text-xs break-all text-muted-foreground">Version {price.version}</p>
    </section>
  );
}
