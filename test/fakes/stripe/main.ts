/** `npm run stripe-stand-in`: the stand-in as a process of its own. See README.md. */
import { parseArgs } from 'node:util';
import { startStandIn } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '12111' },
    key: { type: 'string', default: 'sk_test_standin' },
    webhook: { type: 'string' },
    secret: { type: 'string', default: 'whsec_standin' },
  },
});

const standIn = await startStandIn({ port: Number(values.port), secretKey: values.key });
if (values.webhook !== undefined) standIn.deliveries.endpoints.push({ url: values.webhook, secrets: [values.secret] });
process.stdout.write(`A stand-in for Stripe listens at ${standIn.url} and takes the key ${values.key}.\n`);
const to = values.webhook ?? 'nowhere (add --webhook http://127.0.0.1:7070/api/v1/stripe/webhook)';
process.stdout.write(`Events go to ${to}, signed with ${values.secret}.\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void standIn.close());
