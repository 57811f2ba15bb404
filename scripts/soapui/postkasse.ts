import { encodeForesporsel } from '../../src/contract/postkasse/encode.js';
import { PATH, tns, type Foresporsel, type Operasjon } from '../../src/contract/postkasse/names.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { serialise } from '../../src/xml/write.js';
import { idOf } from './forsendelse.js';
import type { Expected } from './requests.js';
import type { Service, ServiceRequest } from './service.js';

/*
 * Postkassetjenester v1 in SoapUI, signed as Digipost or e-Boks. In their order the requests leave the test person as it was, so that the
 * suite can be run as often as one likes.
 */

const operations: readonly Operasjon[] = [
  'KanVelgeSikkerDigitalPostkasse',
  'OpprettOgVelgSikkerDigitalPostkasse',
  'OppdaterPostkasse',
  'SlettPostkasse',
];

/** One element a line. */
const envelope = (foresporsel: Foresporsel): string =>
  [
    `<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:p="${tns.uri}">`,
    '  <env:Header/>',
    '  <env:Body>',
    ...serialise(encodeForesporsel(foresporsel))
      .replace(` xmlns:p="${tns.uri}"`, '')
      .replace(/(<p:\w+>)(?=<p:)|(<\/p:\w+>)(?=<\/?p:)/g, '$&\n')
      .split('\n')
      .map((line) => (/^<\/?p:\w+(?:Forespoersel)>$/.test(line) ? `    ${line}` : `      ${line}`)),
    '  </env:Body>',
    '</env:Envelope>',
  ].join('\n');

type Provider = 'digipost' | 'eboks';

const request = (
  name: string,
  description: string,
  by: Provider | 'sender',
  foresporsel: Foresporsel,
  expects: Expected,
): ServiceRequest => ({
  name,
  description,
  operation: foresporsel.operasjon,
  envelope: envelope(foresporsel),
  outgoing: by === 'sender' ? 'signed' : `signed by ${by}`,
  expects,
});

const answer = (...contains: readonly string[]): Expected => ({ fault: false, contains });

const level4 = { eid: 'BankID', sikkerhetsnivaa: 4 } as const;
const kanVelge = (navn: string): Foresporsel => ({
  operasjon: 'KanVelgeSikkerDigitalPostkasse',
  personidentifikator: idOf(navn),
  ...level4,
});
const egen = (by: Provider, navn: string) => ({
  personidentifikator: idOf(navn),
  virksomhetsidentifikator: identities[by].organisasjonsnummer,
});
const velg = (by: Provider, navn: string, postkasseadresse: string, proof: object = level4): Foresporsel => ({
  operasjon: 'OpprettOgVelgSikkerDigitalPostkasse',
  ...egen(by, navn),
  postkasseadresse,
  sertifikat: null,
  ...level4,
  ...proof,
});
const slett = (by: Provider, navn: string): Foresporsel => ({ operasjon: 'SlettPostkasse', ...egen(by, navn) });

const yes: readonly ServiceRequest[] = [
  request('KanVelge', 'A person without a mailbox may choose one.', 'eboks', kanVelge('fresh'), answer('JA')),
  request(
    'OpprettOgVelg at e-Boks',
    'Letters go to e-Boks from now on; HentEndringer tells of it.',
    'eboks',
    velg('eboks', 'fresh', '0000485887'),
    answer('>OK<'),
  ),
  request(
    'OppdaterPostkasse',
    'Another address at the same provider.',
    'eboks',
    {
      operasjon: 'OppdaterPostkasse',
      ...egen('eboks', 'fresh'),
      postkasseadresse: '0000485888',
      sertifikat: null,
    },
    answer('>OK<'),
  ),
  request(
    'OpprettOgVelg at Digipost',
    'The person switches provider: the mailbox at e-Boks is chosen no more (R-28).',
    'digipost',
    velg('digipost', 'fresh', 'frida.fersk#1AB2'),
    answer('>OK<'),
  ),
  request('SlettPostkasse', 'The next letter is decided anew.', 'digipost', slett('digipost', 'fresh'), answer('>OK<')),
];

const no: readonly ServiceRequest[] = [
  request(
    'LEVEL_TOO_LOW',
    'Identified by MinID, which gives level 3 (R-26).',
    'eboks',
    velg('eboks', 'fresh', '0000485887', { eid: 'MinID', sikkerhetsnivaa: 3 }),
    answer('FEILET', 'LEVEL_TOO_LOW'),
  ),
  request('RESERVERT', 'Reserved against digital mail.', 'eboks', kanVelge('reserved'), answer('NEI', 'RESERVERT')),
  request(
    'BRUKER_IKKE_FUNNET',
    'Never in the register.',
    'eboks',
    velg('eboks', 'unknown', '0000485887'),
    answer('FEILET', 'BRUKER_IKKE_FUNNET'),
  ),
  request('ALLEREDE_AKTIV', 'Has a mailbox here.', 'digipost', kanVelge('digipost'), answer('NEI', 'ALLEREDE_AKTIV')),
  request(
    'INGEN_POSTBOKS_FUNNET',
    'The mailbox of another provider.',
    'eboks',
    slett('eboks', 'digipost'),
    answer('FEILET', 'INGEN_POSTBOKS_FUNNET'),
  ),
  request(
    'UGYLDIG_ORGNR',
    'In the name of another provider.',
    'eboks',
    slett('digipost', 'digipost'),
    answer('FEILET', 'UGYLDIG_ORGNR'),
  ),
  request('NEGATIVE Sender: no mailbox provider', 'Signed by a sender.', 'sender', kanVelge('fresh'), {
    fault: true,
    contains: ['POSTKASSETJENESTER'],
  }),
];

/** Postkassetjenester v1 by SOAP 1.2, signed. */
export const postkasse: Service = {
  name: 'Postkassetjenester v1',
  path: PATH,
  namespace: `${tns.uri}:wsdl`,
  binding: 'PostkassetjenesterSoap12',
  soapVersion: '1_2',
  schemas: ['postkassetjenester.xsd'],
  operations: Object.fromEntries(operations.map((name) => [name, ''])),
  groups: [
    { name: 'A mailbox', description: 'Asked for, chosen, changed, switched and deleted.', requests: yes },
    { name: 'No mailbox', description: 'What is refused: an answer with the reason, and one fault.', requests: no },
  ],
};
