/** `mail:` of the configuration file. */
import { z } from 'zod';
import { text } from './leaves.ts';

export const mail = z
  .strictObject({
    url: text(
      'an address such as smtp://user:password@mail.example.com:587 or smtps://…',
      /^smtps?:\/\/[^\s/]{1,1000}$/,
    )
      .refine((value) => URL.canParse(value), { error: 'an address such as smtp://user:password@mail.example.com:587' })
      .optional()
      .describe(
        'Mail server that alerts are sent through. `smtps://` speaks TLS from the start. Absent: no mail is sent.',
      ),
    from: text('a mail address, or Name <address>', /^([^<>\r\n]{0,100}<)?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?$/)
      .optional()
      .describe('Sender of the mail; needed with an address of a mail server.'),
  })
  .refine((value) => value.url === undefined || value.from !== undefined, {
    path: ['from'],
    error: 'a mail address, since mail has a sender',
  });
