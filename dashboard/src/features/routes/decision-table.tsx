import type { RouteSimulation } from '@tollgate/client';
import { Absent, Duration, Money, Tokens } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { formatShare } from '@/lib/format.ts';

type Candidate = RouteSimulation['decision']['candidates'][number];

/** Each that may be asked, in order, with what was compared; and each that may not, with the reason. */
export function DecisionTable({ simulation: { decision, target, inputTokens } }: { simulation: RouteSimulation }) {
  const { candidates, rejected, smart, strategy } = decision;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p role="status" className="text-sm">
        {target === null ? (
          <span className="text-bad">Nobody may be asked.</span>
        ) : (
          <>
            <b>{target}</b> would be asked first.
          </>
        )}{' '}
        <span className="text-muted-foreground">
          {strategy}, about <Tokens count={inputTokens} /> tokens in
          {smart !== null && `, complexity ${smart.score}`}
        </span>
      </p>
      {candidates.length > 0 && (
        <div className="overflow-x-auto">
          <table className="w-full text-sm">
            <thead className="text-left text-xs text-muted-foreground">
              <tr className="border-b">
                <th className="py-1.5 pr-3 font-medium">Target</th>
                <th className="py-1.5 pr-3 text-right font-medium">Likely cost</th>
                <th className="py-1.5 pr-3 text-right font-medium">First token</th>
                <th className="py-1.5 pr-3 text-right font-medium">Works</th>
                <th className="py-1.5 font-medium">Asked</th>
              </tr>
            </thead>
            <tbody>
              {candidates.map((candidate) => (
                <CandidateRow key={candidate.target} candidate={candidate} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rejected.length > 0 && (
        <section>
          <h3 className="mb-1 text-xs font-medium text-muted-foreground">Left out</h3>
          <ul className="flex flex-col text-sm">
            {rejected.map((each) => (
              <li key={`${each.target} ${each.filter}`} className="border-b py-1.5 last:border-0">
                {each.target} <span className="text-muted-foreground">{each.why}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function CandidateRow({ candidate }: { candidate: Candidate }) {
  const { target, costUsd, firstTokenMs, successShare, samples, state, asked } = candidate;
  const isAssumed = samples === 0;
  return (
    <tr className="border-b last:border-0">
      <th scope="row" className="py-1.5 pr-3 text-left font-normal">
        {target} {state !== 'up' && <Badge variant="warning">{state}</Badge>}
      </th>
      <td className="py-1.5 pr-3 text-right">{costUsd === null ? <Absent /> : <Money usd={costUsd.likely} />}</td>
      <td className="py-1.5 pr-3 text-right" title={isAssumed ? 'assumed: nothing was measured lately' : undefined}>
        <Duration ms={firstTokenMs} />
        {isAssumed && <span className="text-muted-foreground">*</span>}
      </td>
      <td className="figures py-1.5 pr-3 text-right">{formatShare(successShare)}</td>
      <td className="py-1.5">{askedWords(asked)}</td>
    </tr>
  );
}

function askedWords(asked: Candidate['asked']): string {
  if (asked === null) return '';
  if ('refused' in asked) return `refused: ${asked.refused}`;
  const lost = asked.dropped.length === 0 ? '' : `, without ${asked.dropped.join(', ')}`;
  return `${asked.how === 'relay' ? 'as it is' : `in ${asked.dialect}`}${lost}`;
}
