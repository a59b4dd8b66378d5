import type { InvoiceLine } from '@tollgate/client';
import { Count, Money, Tokens } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table.tsx';

/** Model by model what was used, and what else was charged. */
export function InvoiceLines({ lines }: { lines: readonly InvoiceLine[] }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>What was charged</CardTitle>
      </CardHeader>
      <Table className="mt-2">
        <TableHeader>
          <TableRow>
            <TableHead>For</TableHead>
            <TableHead className="text-right">Requests</TableHead>
            <TableHead className="text-right">Input</TableHead>
            <TableHead className="text-right">Output</TableHead>
            <TableHead className="text-right">Amount</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {lines.map((line) => (
            <TableRow key={`${line.kind} ${line.model} ${line.description} ${line.late}`}>
              <TableCell className="min-w-40">
                <span className="font-medium">{line.model ?? line.description ?? line.kind}</span>
                {line.late && <Badge className="ml-2">late</Badge>}
              </TableCell>
              <TableCell className="text-right">
                {line.requests > 0 && <Count count={line.requests} unit="requests" />}
              </TableCell>
              <TableCell className="text-right">
                {line.requests > 0 && (
                  <Tokens count={line.inputTokens + line.cacheReadTokens + line.cacheWriteTokens} />
                )}
              </TableCell>
              <TableCell className="text-right">{line.requests > 0 && <Tokens count={line.outputTokens} />}</TableCell>
              <TableCell className="text-right">
                <Money usd={line.amountUsd} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}
