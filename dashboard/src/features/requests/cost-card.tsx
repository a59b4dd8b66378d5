/** What it cost, line by line, and who paid. */
import type { LogDetail } from '@tollgate/client';
import { Absent, Money } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { formatCountExactly } from '@/lib/format.ts';

const names: Readonly<Record<string, string>> = {
  input: 'Input',
  output: 'Output',
  cacheRead: 'Cache read',
  cacheWrite5m: 'Cache write, 5 min',
  cacheWrite1h: 'Cache write, 1 h',
  webSearches: 'Web searches',
  request: 'The request itself',
};

export function CostCard({ detail }: { detail: LogDetail }) {
  const { charge, chargeUsd, house, paidBy } = detail;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Cost</CardTitle>
        {paidBy === 'organization' && <Badge>by its own key</Badge>}
        {detail.cached && <Badge>from the cache of answers</Badge>}
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <table className="w-full text-sm">
          <caption className="sr-only">Cost by kind</caption>
          <tbody>
            {charge.lines.map((line) => (
              <tr key={line.kind}>
                <th scope="row" className="py-0.5 text-left font-normal">
                  {names[line.kind] ?? line.kind}
                </th>
                <td className="figures py-0.5 text-right text-muted-foreground">
                  {formatCountExactly(line.units)} × ${perMillion(line.rateUsd, line.kind)}
                </td>
                <td className="figures py-0.5 pl-4 text-right">${line.amountUsd}</td>
              </tr>
            ))}
            <tr className="border-t font-medium">
              <th scope="row" className="pt-1.5 text-left">
                Charged
              </th>
              <td />
              <td className="pt-1.5 text-right">
                <Money usd={chargeUsd} />
              </td>
            </tr>
            {house !== null && (
              <tr className="text-muted-foreground">
                <th scope="row" className="text-left font-normal">
                  Taken by the provider
                </th>
                <td />
                <td className="text-right">
                  <Money usd={detail.costUsd} />
                </td>
              </tr>
            )}
          </tbody>
        </table>
        <Explanation detail={detail} />
        <Transfers transfers={detail.transfers} />
      </CardContent>
    </Card>
  );
}

function Explanation({ detail: { charge, house } }: { detail: LogDetail }) {
  const { sale } = charge;
  return (
    <div className="flex flex-col gap-1 text-xs text-muted-foreground">
      {!charge.exact && <p>The price of that time is not known here any more, so the charge cannot be taken apart.</p>}
      {sale !== null && (
        <p>
          {sale.fixed ? 'By prices of its own' : `The provider’s price and ${sale.markupPercent} %`}
          {sale.ownKeyFeePercent !== null && `, of which ${sale.ownKeyFeePercent} % for a request by its own key`}
          {sale.id !== null && ` (${sale.id})`}
        </p>
      )}
      {house?.priceVersion && <p className="wrap-anywhere">Price version {house.priceVersion}</p>}
    </div>
  );
}

function Transfers({ transfers }: { transfers: LogDetail['transfers'] }) {
  if (transfers.length === 0) return null;
  return (
    <div className="border-t pt-3">
      <h3 className="mb-1 text-xs font-medium text-muted-foreground">Paid by transfer</h3>
      {transfers.flatMap(({ id, entries }) =>
        entries.map(({ account, amountUsd }) => (
          <p key={`${id} ${account}`} className="flex justify-between gap-4">
            <span className="min-w-0 truncate" title={account}>
              {account}
            </span>
            {amountUsd === '0' ? <Absent /> : <Money usd={amountUsd} />}
          </p>
        )),
      )}
    </div>
  );
}

/** Tokens are priced by the million, everything else by the piece. */
function perMillion(rateUsd: string, kind: string): string {
  const isPiece = ['request', 'webSearches', 'images', 'audioSeconds', 'characters', 'searches'].includes(kind);
  if (isPiece) return rateUsd;
  return `${Number((Number(rateUsd) * 1e6).toPrecision(9))}/M`;
}
