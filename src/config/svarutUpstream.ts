import { tokenRows } from './maskinporten.js';
import { optional, row } from './rows.js';
import { kinds, type Videresendt } from './values.js';

const papirOgAltinn: readonly Videresendt[] = Object.freeze(['UTSKRIFT', 'ALTINN'] as const);

const token = tokenRows('for `rest`');

/** A SvarUt that letters are handed over to instead of channels of our own. */
export const svarutUpstream = {
  svarutUpstreamUrl: optional(kinds.publicUrl, {
    shown: 'none: letters go by channels of our own',
    meaning: 'A SvarUt above this one, up to the name of its host: letters of some channels are delivered by it',
    fix: 'Use its address without the path of a service, such as https://host, or remove it.',
  }),
  svarutUpstreamKind: row(kinds.oneOf('soap', 'rest'), () => 'soap' as const, {
    meaning: 'How it is spoken to: ForsendelsesServiceV9 by `soap`, or REST V2 by `rest`',
    fix: 'Set it to soap or rest.',
  }),
  svarutUpstreamFor: row(kinds.kanaler, () => papirOgAltinn, {
    meaning: 'Channels whose letters go there, with commas: `POSTKASSE`, `UTSKRIFT`, `ALTINN`',
    fix: 'List channels such as UTSKRIFT,ALTINN.',
  }),
  svarutUpstreamUser: optional(kinds.text, {
    meaning: 'Our account there by `soap`, or IntegrasjonId by `rest`',
    fix: 'Use the name that was given to you with the password.',
  }),
  svarutUpstreamPassword: optional(kinds.secret, {
    meaning: 'Service password of that account, or IntegrasjonPassord',
    fix: 'Set it to the generated password.',
    secret: true,
  }),
  svarutUpstreamPasswordFile: optional(kinds.text, {
    meaning: 'File that holds that password instead',
    fix: 'Name a readable file with the password on its first line.',
    files: true,
  }),
  svarutUpstreamKonto: optional(kinds.uuid, {
    meaning: 'Account (UUID) that letters are sent from by `rest`',
    fix: 'Use the kontoId that SvarUt shows.',
  }),
  svarutUpstreamMaskinportenUrl: token.url,
  svarutUpstreamMaskinportenClient: token.klient,
  svarutUpstreamMaskinportenScope: row(kinds.text, () => 'ks:fiks', {
    meaning: 'Scope of the tokens',
    fix: 'Use ks:fiks.',
  }),
  svarutUpstreamKeystore: token.keystore,
  svarutUpstreamKeystorePassword: token.keystorePassword,
  svarutUpstreamCertificate: optional(kinds.text, {
    meaning: 'Certificate that letters of level 4 are encrypted to, PEM file; without it they are refused',
    fix: 'Name the PEM file of the certificate that SvarUt publishes.',
    files: true,
  }),
  svarutUpstreamOrganisation: row(kinds.organisasjonsnummer, () => '971032146', {
    meaning: 'Organisation number that print stands under in decisions when it goes there',
    fix: 'Use nine digits.',
  }),
  svarutUpstreamPoll: row(kinds.whole(1, 86_400), () => 60, {
    meaning: 'Seconds between two looks for the status of letters there; the longer nothing happens to one, the rarer',
    fix: 'Use 60 or more, but against a SvarUt of your own.',
  }),
  svarutUpstreamTimeout: row(kinds.whole(1, 900), () => 50, {
    meaning: 'Seconds that one letter may take on its way there; letters of a dead process wait ten more',
    fix: 'Use more where letters are large and the way is slow, 900 at the most.',
  }),
};
