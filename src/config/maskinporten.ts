import { optional } from './rows.js';
import { kinds } from './values.js';

/** Settings of a client of Maskinporten, whichever service its tokens are for. @param ved when they are needed, as in "for `rest`" */
export const tokenRows = (ved: string) => ({
  url: optional(kinds.publicUrl, {
    meaning: `Issuer of access tokens ${ved}; they are given out at /token below it`,
    fix: 'Use the address of the issuer, such as https://host.',
  }),
  klient: optional(kinds.text, {
    meaning: 'Our client there',
    fix: 'Use the client id that the issuer gave you.',
  }),
  keystore: optional(kinds.text, {
    shown: 'that of the databehandler',
    meaning: 'PKCS#12 key store that signs the requests for tokens',
    fix: 'Name a readable PKCS#12 file with the enterprise certificate and its chain.',
    files: true,
  }),
  keystorePassword: optional(kinds.secret, {
    shown: 'that of the databehandler',
    meaning: 'Password of that key store',
    fix: 'Set it to the password of the key store.',
    secret: true,
  }),
});
