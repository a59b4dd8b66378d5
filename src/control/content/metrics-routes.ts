/** `/api/v1/metrics`: what is kept of prompts and answers, and what could not be, in the text format of Prometheus. */
import { ApiFailure } from '../api/failure.ts';
import { type ApiRoute, downloadRoute } from '../api/route.ts';
import { type ContentCounts, dropReasons } from './keeper.ts';

/** https://prometheus.io/docs/instrumenting/exposition_formats */
const textFormat = 'text/plain; version=0.0.4; charset=utf-8';

export const metricsRoutes: readonly ApiRoute[] = [
  downloadRoute({
    method: 'GET',
    path: '/metrics',
    tag: 'content',
    summary: 'Counters of this instance, for Prometheus',
    description:
      'Of prompts and answers that should be kept: how many were, how many were not and why, and what waits. Counted since the instance started.',
    produces: textFormat,
    async handle(_, { content }) {
      if (content === undefined) {
        throw new ApiFailure('unavailable', 'This process keeps no content.', { remedy: 'Ask a gateway instance.' });
      }
      return { body: contentMetrics(content.counts) };
    },
  }),
];

function contentMetrics({ kept, droppedBy, waitingBytes }: ContentCounts): string {
  const lines = [
    ...metric('tollgate_content_kept_total', 'counter', 'Exchanges whose prompt and answer were stored.'),
    `tollgate_content_kept_total ${kept}`,
    ...metric('tollgate_content_dropped_total', 'counter', 'Exchanges that should have been stored and were not.'),
    ...dropReasons.map((reason) => `tollgate_content_dropped_total{reason="${reason}"} ${droppedBy[reason]}`),
    ...metric('tollgate_content_waiting_bytes', 'gauge', 'Prompts and answers in memory, running ones included.'),
    `tollgate_content_waiting_bytes ${waitingBytes}`,
  ];
  return `${lines.join('\n')}\n`;
}

function metric(name: string, type: 'counter' | 'gauge', help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
