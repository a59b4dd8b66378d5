/** `secrets:` of the configuration file. A master key that somebody could guess would open everything sealed under it. */
import { z } from 'zod';
import { list, text } from './leaves.ts';

const expected = 'at least 32 random characters without spaces, such as `openssl rand -base64 32` writes';

/** As they stand in examples, tutorials and templates; compared without case and punctuation. */
const examples =
  /change(me|this|it)|replace(me|this|with)|example|placeholder|yoursecret|yourkey|mysecret|supersecret|masterkey|secretkey|password|default|insecure|dummy|sample|qwerty|letmein|todo|0123456789|1234567890|abcdefghij/;
/** Random text of 32 characters has more, even where its alphabet is hexadecimal. */
const differentCharactersMin = 9;

const masterKey = z
  .string({ error: expected })
  .regex(/^[\x21-\x7e]{32,1024}$/, { error: expected })
  .refine(isUnguessable, { error: `${expected}; this is an example, or a pattern` })
  .meta({ expected });

export const secrets = z.strictObject({
  masterKey: masterKey
    .optional()
    .describe(
      'What secrets in the database (keys for providers, secrets of webhooks, what signs cookies) are sealed under. Absent: made at the first start, in `master.key` in the data directory. Instances that share a database need the same.',
    ),
  // Held to no more than what one had to be when it was made.
  previousMasterKeys: list(
    text('at least 32 characters without spaces', /^[\x21-\x7e]{32,1024}$/),
    'a list of master keys, each of at least 32 characters without spaces',
  )
    .max(16, { error: 'at most 16 master keys' })
    .default([])
    .describe('Other master keys that open what was sealed under them: docs/secrets.md says how a new one comes in.'),
});

function isUnguessable(value: string): boolean {
  if (new Set(value).size < differentCharactersMin || repeats(value)) return false;
  return !examples.test(value.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
}

/** A short text again and again. */
function repeats(value: string): boolean {
  return /^(.{1,16})\1+.{0,15}$/.test(value);
}
