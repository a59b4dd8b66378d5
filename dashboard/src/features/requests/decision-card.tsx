/** Why it went where it went: who was ranked how, and who could not be asked. */
import type { Decision } from '@tollgate/client';
import { Absent } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table.tsx';
import { numbered } from '@/lib/numbered.ts';

export function DecisionCard({ decision }: { decision: Decision }) {
  const { route, strategy, ranked, rankedCount, scores, rejected, sticky, smart, arm, explored } = decision;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Why it went there</CardTitle>
        <span className="flex flex-wrap gap-1.5">
          <Badge variant="outline">{route}</Badge>
          <Badge>{strategy}</Badge>
          {arm !== null && <Badge>arm {arm}</Badge>}
          {explored && <Badge variant="accent">tried to see how it does</Badge>}
        </span>
      </CardHeader>
      <CardContent className="flex flex-col gap-2">
        <div className="overflow-x-auto">
          <Table>
            <TableHeader>
              <TableRow>
                <TableHead className="w-12">Place</TableHead>
                <TableHead>Candidate</TableHead>
                <TableHead className="text-right">Score</TableHead>
                <TableHead>Why not</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {numbered(ranked).map(({ key, item: target }, i) => (
                <TableRow key={key}>
                  <TableCell className="figures">{i + 1}</TableCell>
                  <TableCell>{target}</TableCell>
                  <TableCell className="figures text-right">{scores[i] ?? <Absent />}</TableCell>
                  <TableCell>
                    <Absent />
                  </TableCell>
                </TableRow>
              ))}
              {rejected.map(({ target, filter }) => (
                <TableRow key={`${filter} ${target}`} className="text-muted-foreground">
                  <TableCell>
                    <Absent />
                  </TableCell>
                  <TableCell>{target}</TableCell>
                  <TableCell />
                  <TableCell>{filter}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </div>
        {rankedCount > ranked.length && (
          <p className="text-xs text-muted-foreground">and {rankedCount - ranked.length} more behind them.</p>
        )}
        {sticky !== null && (
          <p className="text-xs text-muted-foreground">
            The conversation was answered before by {sticky.target}, and {sticky.kept ? 'stayed there' : 'left it'}
            {sticky.why !== null && `: ${sticky.why}`}.
          </p>
        )}
        {smart !== null && (
          <p className="text-xs text-muted-foreground">
            Taken to be {Math.round(smart.score * 100)} % complex, tier {smart.tier}.
          </p>
        )}
      </CardContent>
    </Card>
  );
}
