import { callMailboxes, type MailboxService } from '../../src/client/postkasse.js';
import type { Foresporsel } from '../../src/contract/postkasse/names.js';
import { PATH } from '../../src/contract/postkasse/names.js';
import { serialise } from '../../src/xml/write.js';
import { encodeForesporsel } from '../../src/contract/postkasse/encode.js';
import type { Endring, KanVelge } from '../../src/domain/postkasse.js';
import type { IdentityName } from '../../src/sandbox/pki/identities.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { serviceAs } from './caller.js';
import type { TestGateway } from './gateway.js';

/* What mailbox providers ask: good but for what a test changes. */

type Opprett = Extract<Endring, { operasjon: 'OpprettOgVelgSikkerDigitalPostkasse' }>;
type Oppdater = Extract<Endring, { operasjon: 'OppdaterPostkasse' }>;
type Slett = Extract<Endring, { operasjon: 'SlettPostkasse' }>;

const ID = '23863814839';
const egen = (leverandoer: IdentityName) => ({
  personidentifikator: ID,
  virksomhetsidentifikator: identities[leverandoer].organisasjonsnummer,
});

export const kanVelge = (changes: Partial<KanVelge> = {}): KanVelge => ({
  operasjon: 'KanVelgeSikkerDigitalPostkasse',
  personidentifikator: ID,
  eid: 'BankID',
  sikkerhetsnivaa: 4,
  ...changes,
});

export const opprett = (changes: Partial<Opprett> = {}, leverandoer: IdentityName = 'eboks'): Opprett => ({
  ...egen(leverandoer),
  operasjon: 'OpprettOgVelgSikkerDigitalPostkasse',
  postkasseadresse: '0000485887',
  sertifikat: null,
  eid: 'BankID',
  sikkerhetsnivaa: 4,
  ...changes,
});

export const oppdater = (changes: Partial<Oppdater> = {}, leverandoer: IdentityName = 'digipost'): Oppdater => ({
  ...egen(leverandoer),
  operasjon: 'OppdaterPostkasse',
  postkasseadresse: 'dina.digital#NEW1',
  sertifikat: null,
  ...changes,
});

export const slett = (changes: Partial<Slett> = {}, leverandoer: IdentityName = 'digipost'): Slett => ({
  ...egen(leverandoer),
  operasjon: 'SlettPostkasse',
  ...changes,
});

/** The mailbox service of a test gateway, called with the development key of `name`. */
export const mailboxesAs = (gateway: Pick<TestGateway, 'base' | 'pki'>, name: IdentityName): MailboxService =>
  serviceAs({ url: gateway.base + PATH, pki: gateway.pki }, name);

/** The status and reason that a call is answered with: `OK`, or `RESERVERT`. */
export async function askAs(
  gateway: Pick<TestGateway, 'base' | 'pki'>,
  name: IdentityName,
  foresporsel: Foresporsel,
): Promise<string> {
  const { ja, beskrivelse } = await callMailboxes(mailboxesAs(gateway, name), foresporsel);
  return ja ? `OK${beskrivelse}` : beskrivelse;
}

/** A request as text, for `goodRequest`. */
export const textOfRequest = (foresporsel: Foresporsel): string => serialise(encodeForesporsel(foresporsel));
