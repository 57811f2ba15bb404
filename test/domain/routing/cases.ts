import { parsePersonnummer } from '../../../src/domain/identifier.js';
import type { Beslutning } from '../../../src/domain/routing/decision.js';
import type { Fakta } from '../../../src/domain/routing/facts.js';
import * as f from './fakta.js';

/** `avvist CODE`, or the channel with its supplier. */
export function outcome(b: Beslutning): string {
  return b.utfall === 'AVVIS' ? `AVVIS ${b.kode}` : [b.kanal, b.leverandoer].filter((part) => part !== null).join(' ');
}

/** A number of the series that persons may have, by the rule of 2032 only, so that nobody has been given it. */
export const ekteNummer = ((): string => {
  for (let tail = 0; tail < 100_000; tail++) {
    const id = `311298${String(tail).padStart(5, '0')}`;
    if (parsePersonnummer(id)?.regel === '2032') return id;
  }
  throw new Error('no such number');
})();

const postkasse = null;
const without = f.about({ postkasse });
const none = { mobiltelefonnummer: null, epostadresse: null };
const stale = { mobiltelefonnummer: f.mobil(f.foreldet), epostadresse: f.epost(null) };
const info = (of: Fakta) => f.order({ klasse: 'INFO' }, of);
const unknownSupplier = { postkasseadresse: 'x', postkasseleverandoerAdresse: f.virksomhet };
const unasked = { forhaandsvarsel: { epostBevis: null } };
const varslingskanaler = new Set(['SMS'] as const);
const paper = `UTSKRIFT ${f.utskrift}`;
const mailbox = `POSTKASSE ${f.digipost}`;

/** Each line of table K, and each way that it can go: [what, facts, outcome, the rule that chose]. */
export const cases: readonly (readonly [string, Fakta, string, string])[] = [
  ['K1: neither 11 nor 9 digits', f.to('1234'), 'AVVIS INVALID_RECIPIENT', 'R-56'],
  ['K1: 11 digits, remainder 4', f.to('15819010061'), 'AVVIS INVALID_RECIPIENT', 'R-54'],
  ['K1: not synthetic, in a test', f.to(ekteNummer), 'AVVIS INVALID_RECIPIENT', 'R-54'],
  ['K1: synthetic, in production', { ...f.fakta, identifikatorer: 'real' }, 'AVVIS INVALID_RECIPIENT', 'R-54'],
  ['K1: 9 digits, wrong check digit', f.to('310000028'), 'AVVIS INVALID_RECIPIENT', 'R-55'],
  ['K2: business', f.withAltinn(f.to(f.virksomhet)), 'ALTINN', 'R-48'],
  [
    'R-50: confidential, no resource for it',
    f.order({ taushetsbelagt: true }, f.withAltinn(f.to(f.virksomhet))),
    'AVVIS CHANNEL_NOT_AVAILABLE',
    'R-48',
  ],
  [
    'R-50: confidential, and a resource for it',
    { ...f.order({ taushetsbelagt: true }, f.withAltinn(f.to(f.virksomhet))), taushetsbelagtIAltinn: true },
    'ALTINN',
    'R-48',
  ],
  ['K2: business, no Altinn here', f.to(f.virksomhet), 'AVVIS CHANNEL_NOT_AVAILABLE', 'R-48'],
  ['K3: no number, an address', f.to(null), paper, 'R-44'],
  ['K3: no number, no address', f.to(null, null), 'AVVIS POSTAL_ADDRESS_REQUIRED', 'R-44'],
  ['R-01: register not asked', { ...f.fakta, register: null }, 'AVVIS CHANNEL_NOT_AVAILABLE', 'R-01'],
  ['K4: deleted', f.about({ status: 'SLETTET' }), paper, 'R-05'],
  ['K4: unknown', { ...f.fakta, register: { spurt: f.now, person: undefined } }, paper, 'R-05'],
  ['K5: decision, reserved', f.about({ reservasjon: true }), paper, 'R-12'],
  ['K5 passed: information, reserved', info(f.about({ reservasjon: true })), mailbox, 'R-25, R-29'],
  ['K6: decision, no contact information', f.about(none), paper, 'R-02'],
  ['K6 passed: information, no contact information', info(f.about(none)), mailbox, 'R-25, R-29'],
  ['K6: decision, everything stale', f.about(stale), paper, 'R-03'],
  ['K6 passed: information, everything stale', info(f.about(stale)), mailbox, 'R-25, R-29'],
  ['K6 passed: one fresh', f.about({ epostadresse: f.epost(f.foreldet) }), mailbox, 'R-25, R-29'],
  ['R-20: advance notice, e-mail only', f.order(unasked, f.about({ mobiltelefonnummer: null })), paper, 'R-20'],
  ['R-20 passed: advance notice, mobile', f.order(unasked), mailbox, 'R-25, R-29'],
  ['R-22: notices reached nobody', { ...f.fakta, uvarslet: true }, paper, 'R-22'],
  ['R-22 passed: information', info({ ...f.fakta, uvarslet: true }), mailbox, 'R-25, R-29'],
  ['K7: mailbox', f.fakta, mailbox, 'R-25, R-29'],
  ['K7: mailbox, visible later', f.order({ virkningstidspunkt: f.senere }), mailbox, 'R-25, R-29'],
  ['K7: no mailbox channel here', { ...f.fakta, kanaler: new Set() }, 'AVVIS CHANNEL_NOT_AVAILABLE', 'R-25, R-29'],
  ['K7 passed: certificate not valid', f.withoutCertificate(f.digipost), paper, 'R-43'],
  ['K7 passed: unknown supplier', f.about({ postkasse: unknownSupplier }), paper, 'R-43'],
  ['K8: Altinn', f.withAltinn(f.policy({ utenPostkasse: 'ALTINN' }, without)), 'ALTINN', 'R-53'],
  ['K8: Altinn, not here', f.policy({ utenPostkasse: 'ALTINN' }, without), 'AVVIS CHANNEL_NOT_AVAILABLE', 'R-53'],
  ['K8 passed: a mailbox', f.policy({ utenPostkasse: 'ALTINN' }, f.withoutCertificate(f.digipost)), paper, 'R-43'],
  ['K9: portal', f.policy({ utenPostkasse: 'PORTAL' }, without), 'PORTAL', 'R-14'],
  [
    'K9: portal, notified from here',
    { ...f.policy({ utenPostkasse: 'PORTAL' }, without), varslingskanaler },
    'PORTAL',
    'R-14',
  ],
  [
    'K9: portal, notified by its sender',
    f.policy({ utenPostkasse: 'PORTAL', egenVarsling: true }, without),
    'PORTAL',
    'R-14',
  ],
  ['K9 passed: a mailbox', f.policy({ utenPostkasse: 'PORTAL' }, f.withoutCertificate(f.digipost)), paper, 'R-43'],
  ['K10: paper', without, paper, 'R-43'],
  ['K10: paper that waits', f.order({ virkningstidspunkt: f.senere }, without), paper, 'R-43'],
  ['K10: digital only', f.order({ kunDigitalt: true }, without), 'AVVIS ONLY_DIGITAL', 'R-43'],
  ['K10: no address', f.to(f.testperson, null, without), 'AVVIS POSTAL_ADDRESS_REQUIRED', 'R-43'],
  [
    'K10: no address to return to',
    f.order({ utskrift: { ...f.fakta.forsendelse.utskrift, returadresse: null } }, without),
    'AVVIS POSTAL_ADDRESS_REQUIRED',
    'R-43',
  ],
  [
    'K10: print supplier without certificate',
    f.withoutCertificate(f.utskrift, without),
    'AVVIS CHANNEL_NOT_AVAILABLE',
    'R-43',
  ],
];
