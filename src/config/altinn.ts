import { tokenRows } from './maskinporten.js';
import { optional, row } from './rows.js';
import { kinds } from './values.js';

const token = tokenRows('for `rest`');

/** Altinn, which letters to businesses go to, and those to persons whose sender wants it. */
export const altinn = {
  altinnUrl: optional(kinds.publicUrl, {
    shown: 'none: no letter goes to Altinn',
    meaning: 'Altinn, up to the name of its host: letters that the rules send there are handed over to it',
    fix: 'Use its address without the path of a service, such as https://host, or remove it.',
  }),
  altinnKind: row(kinds.oneOf('rest', 'soap'), () => 'rest' as const, {
    meaning: 'How it is spoken to: Altinn 3 Correspondence by `rest`, or the Basic service of Altinn 2 by `soap`',
    fix: 'Set it to rest or soap.',
  }),
  altinnResource: optional(kinds.text, {
    meaning: 'Resource that letters are sent by; with `soap` ServiceCode and ServiceEdition, such as 4255/10',
    fix: 'Use the resource id that is registered for letters.',
  }),
  altinnConfidentialResource: optional(kinds.text, {
    shown: 'none: confidential letters are refused',
    meaning: 'As POSTHORN_ALTINN_RESOURCE, for confidential letters',
    fix: 'Use the resource id that is registered for confidential letters.',
  }),
  altinnMaskinportenUrl: token.url,
  altinnMaskinportenClient: token.klient,
  altinnMaskinportenScope: row(kinds.text, () => 'altinn:correspondence.read altinn:correspondence.write', {
    meaning: 'Scopes of the tokens',
    fix: 'Use altinn:correspondence.read altinn:correspondence.write.',
  }),
  altinnKeystore: token.keystore,
  altinnKeystorePassword: token.keystorePassword,
  altinnUser: optional(kinds.text, {
    meaning: 'systemUserName by `soap`',
    fix: 'Use the name that was given to you with the password.',
  }),
  altinnUserCode: optional(kinds.text, {
    meaning: 'SystemUserCode by `soap`',
    fix: 'Use the code of the agency system that Altinn registered.',
  }),
  altinnPassword: optional(kinds.secret, {
    meaning: 'systemPassword by `soap`',
    fix: 'Set it to the password.',
    secret: true,
  }),
  altinnPoll: row(kinds.whole(1, 86_400), () => 60, {
    meaning: 'Seconds between two looks for the status of letters there; the longer nothing happens to one, the rarer',
    fix: 'Use 60 or more, but against a double.',
  }),
  altinnTimeout: row(kinds.whole(1, 900), () => 50, {
    meaning: 'Seconds that one document, or one letter by `soap`, may take on its way there',
    fix: 'Use more where letters are large and the way is slow, 900 at the most.',
  }),
};
