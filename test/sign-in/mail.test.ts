/** Invitations by mail, through a real mail server: the link goes to the address alone. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { Browser, owner, password, tokenOf } from './browser.ts';

interface Received {
  readonly to: readonly string[];
  readonly text: string;
}

let smtp: SMTPServer;
let gateway: TestGateway;
let ada: Browser;
let acme: string;
const mails: Received[] = [];
let refuses = false;

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, callback) => callback(refuses ? new Error('No such mailbox') : null),
    onData(stream, { envelope }, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8').replaceAll('=\r\n', '').replaceAll('=3D', '=');
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text });
        callback();
      });
    },
  });
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  const { port } = smtp.server.address() as AddressInfo;
  const mail = { url: `smtp://127.0.0.1:${port}`, from: 'Tollgate <tollgate@example.com>' };
  gateway = await startGateway({ config: { mail } });
  ada = await owner(gateway);
  acme = (await ada.ask('POST /organizations', { name: 'acme' })).body.id;
});

afterAll(async () => {
  await gateway.stop();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});

const invite = (email: string) => ada.ask(`POST /organizations/${acme}/invitations`, { email, role: 'developer' });

it('a mailed invitation lets its reader in, and is shown to nobody else', async () => {
  const made = await invite('bob@example.com');
  expect([made.status, made.body.url, made.body.mailed]).toEqual([201, null, true]);
  const [mail] = mails.splice(0);
  expect(mail?.to).toEqual(['bob@example.com']);
  expect(mail?.text).toMatch(/^Subject: Invitation to acme on Tollgate\r$/m);
  const url = /http:\/\/\S+#token=[\w-]+/.exec(mail?.text ?? '')?.[0] ?? '';
  expect(url.startsWith(`${gateway.url}/dashboard/invitation#token=`)).toBe(true);
  const bob = new Browser(gateway.url);
  const token = tokenOf(url);
  expect((await bob.ask('POST /invitations/accept', { token, name: 'Bob', password })).status).toBe(200);
  expect((await bob.ask('GET /me')).body).toMatchObject({ role: 'developer', organization: { id: acme } });
  const log = JSON.stringify((await ada.ask('GET /audit?limit=200')).body);
  expect(log).not.toContain(token);
  expect(gateway.stderr).not.toContain(token);
});

it('an invitation that the mail server refuses is none', async () => {
  refuses = true;
  const made = await invite('nobody@example.com');
  expect([made.status, made.body.error.code]).toEqual([503, 'unavailable']);
  expect((await ada.ask(`GET /organizations/${acme}/invitations`)).body.data).toEqual([]);
  refuses = false;
  expect((await invite('nobody@example.com')).status).toBe(201);
});
