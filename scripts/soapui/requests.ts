import type { Testperson } from '../../src/sandbox/testpersons.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { hentEndringer, hentPersoner, hentPrintSertifikat } from './messages.js';
import type { OutgoingName } from './wss.js';

export type Operation = 'HentEndringer' | 'HentPersoner' | 'HentPrintSertifikat';

/** What the answer must be, must hold and must not hold, as plain text. */
export interface Expected {
  readonly fault: boolean;
  readonly contains: readonly string[];
  readonly lacks?: readonly string[];
}

export interface Request {
  readonly name: string;
  readonly description: string;
  readonly operation: Operation;
  /** The child of Body; `${…}` is for SoapUI to fill in. */
  readonly body: string;
  /** Organisation number for the Oppslagstjenesten header. */
  readonly paaVegneAv?: string;
  /** Undefined: sent without a Security header. */
  readonly outgoing?: OutgoingName;
  /** Signed, then kept this long before it is sent, in milliseconds. */
  readonly sentAfter?: number;
  readonly expects: Expected;
}

export interface Group {
  readonly name: string;
  readonly description: string;
  readonly requests: readonly Request[];
}

const answer = (contains: readonly string[], lacks: readonly string[] = []): Expected => ({
  fault: false,
  contains,
  lacks,
});
const fault = (...contains: readonly string[]): Expected => ({ fault: true, contains });

const persons = testpersons(new Date(0));
const ids = persons.map((p) => p.personidentifikator);
const person = (navn: string): Testperson => {
  const found = persons.find((p) => p.navn === navn);
  if (found === undefined) throw new Error(`no test person ${navn}; src/sandbox/testpersons.ts has them`);
  return found;
};

const withheld = ['Kontaktinformasjon', 'SikkerDigitalPostAdresse', 'X509Sertifikat'];
const contact = ['AKTIV', 'KAN_VARSLES', 'Mobiltelefonnummer', 'Epostadresse'];

/** The answer for each test person when everything is asked for, by its name. */
export const answers: Readonly<Record<string, Expected>> = {
  fresh: answer(contact, ['SikkerDigitalPostAdresse', 'X509Sertifikat']),
  'stale-mail': answer(contact),
  'stale-mobile': answer(contact),
  'both-stale': answer(['AKTIV', 'KAN_IKKE_VARSLES'], withheld),
  reserved: answer(['AKTIV', '>JA<', 'KAN_IKKE_VARSLES'], withheld),
  'no-contact': answer(['AKTIV', 'KAN_IKKE_VARSLES'], withheld),
  deleted: answer(['SLETTET'], withheld),
  unknown: answer(['IKKE_REGISTRERT'], withheld),
  digipost: answer([...contact, '984661185', 'dina.digital#4TMR', 'X509Sertifikat']),
  'e-boks': answer([...contact, '996460320', '0000731946', 'X509Sertifikat']),
  'd-number': answer(['KAN_VARSLES', 'Mobiltelefonnummer', '984661185', 'X509Sertifikat'], ['Epostadresse']),
  '2032-number': answer(['KAN_VARSLES', 'Epostadresse', '996460320', 'X509Sertifikat'], ['Mobiltelefonnummer']),
};

function requestFor({ navn, beskrivelse, personidentifikator }: Testperson): Request {
  const expects = answers[navn];
  if (expects === undefined)
    throw new Error(`no expected answer for the test person ${navn}; write one beside this line`);
  return {
    name: `HentPersoner ${navn}`,
    description: `${personidentifikator}: ${beskrivelse}`,
    operation: 'HentPersoner',
    body: hentPersoner([personidentifikator]),
    outgoing: 'signed',
    expects: { ...expects, contains: [personidentifikator, ...expects.contains] },
  };
}

const operations: Group = {
  name: 'Operations',
  description: 'The three operations, asked by sender (310000019) for itself.',
  requests: [
    {
      name: 'HentPersoner all twelve test persons',
      description: 'Twelve identifiers, twelve persons in the same order.',
      operation: 'HentPersoner',
      body: hentPersoner(ids),
      outgoing: 'signed',
      expects: answer(['HentPersonerRespons', ...ids]),
    },
    {
      name: 'HentPersoner one person three times',
      description: 'Duplicates are kept: three persons come back.',
      operation: 'HentPersoner',
      body: hentPersoner(Array<string>(3).fill(person('fresh').personidentifikator), ['Person']),
      outgoing: 'signed',
      expects: answer(
        ['HentPersonerRespons', person('fresh').personidentifikator],
        ['Kontaktinformasjon', 'varslingsstatus'],
      ),
    },
    {
      name: 'HentPersoner stale addresses without VarslingsStatus',
      description:
        'Who does not ask for the verdict gets every address, however old, and judges the dates alone (R-04).',
      operation: 'HentPersoner',
      body: hentPersoner(
        [person('both-stale').personidentifikator],
        ['Kontaktinfo', 'SikkerDigitalPost', 'Sertifikat'],
      ),
      outgoing: 'signed',
      expects: answer(['Mobiltelefonnummer', 'Epostadresse', '984661185', 'X509Sertifikat'], ['varslingsstatus']),
    },
    {
      name: 'HentEndringer from the first change',
      description:
        'Up to 1000 persons. Ask again from tilEndringsNummer + 1 until tilEndringsNummer is senesteEndringsNummer.',
      operation: 'HentEndringer',
      body: hentEndringer(0),
      outgoing: 'signed',
      expects: answer([
        'HentEndringerRespons',
        'fraEndringsNummer="0"',
        'tilEndringsNummer',
        'senesteEndringsNummer',
        'Person',
      ]),
    },
    {
      name: 'HentEndringer beyond the last change',
      description: 'Nothing has changed since: an answer without persons.',
      operation: 'HentEndringer',
      body: hentEndringer(9_000_000_000),
      outgoing: 'signed',
      expects: answer(['HentEndringerRespons', 'fraEndringsNummer="9000000000"'], ['personidentifikator']),
    },
    {
      name: 'HentPrintSertifikat',
      description: 'The supplier of utskrift and its certificate.',
      operation: 'HentPrintSertifikat',
      body: hentPrintSertifikat,
      outgoing: 'signed',
      expects: answer(['HentPrintSertifikatRespons', 'postkasseleverandoerAdresse', 'X509Sertifikat']),
    },
  ],
};

const onBehalf = (name: string, operation: Operation, body: string, contains: readonly string[]): Request => ({
  name: `${name} on behalf of sender`,
  description:
    'supplier (310000035) asks for sender (310000019), who has named it; the Oppslagstjenesten header is signed too.',
  operation,
  body,
  paaVegneAv: '310000019',
  outgoing: 'signed with PaaVegneAv',
  expects: answer(contains),
});

const suppliers: Group = {
  name: 'On behalf of',
  description:
    'A supplier asks for its customer. The answer is encrypted to the supplier, whose certificate signed the request.',
  requests: [
    onBehalf('HentPersoner', 'HentPersoner', hentPersoner(ids), ['HentPersonerRespons', ...ids]),
    onBehalf('HentEndringer', 'HentEndringer', hentEndringer(0), ['HentEndringerRespons', 'Person']),
    onBehalf('HentPrintSertifikat', 'HentPrintSertifikat', hentPrintSertifikat, ['HentPrintSertifikatRespons']),
  ],
};

const one = hentPersoner([person('fresh').personidentifikator]);
const asksPerson = { operation: 'HentPersoner', body: one } as const;

const refused: Group = {
  name: 'Refused',
  description: 'Requests that break one rule each. Every answer is a SOAP fault, neither signed nor encrypted.',
  requests: [
    {
      ...asksPerson,
      name: 'NEGATIVE InvalidSecurity: no Security header',
      description: 'Sent as it is typed. Expected: env:Sender with subcode wsse:InvalidSecurity.',
      expects: fault('InvalidSecurity'),
    },
    {
      ...asksPerson,
      name: 'NEGATIVE FailedCheck: only the Timestamp is signed',
      description: "The Body could be anybody's. Expected: env:Sender with subcode wsse:FailedCheck.",
      outgoing: 'only Timestamp signed',
      expects: fault('FailedCheck'),
    },
    {
      ...asksPerson,
      name: 'NEGATIVE FailedCheck: PaaVegneAv is not signed',
      description: "The header could be anybody's. Expected: env:Sender with subcode wsse:FailedCheck.",
      paaVegneAv: '310000019',
      outgoing: 'signed without PaaVegneAv',
      expects: fault('FailedCheck'),
    },
    {
      ...asksPerson,
      name: 'NEGATIVE MessageExpired: the Timestamp has expired',
      description:
        'Signed for one second and sent after two: a script signs, then a delay, then the request. Expected: env:Sender with subcode wsse:MessageExpired.',
      outgoing: 'signed, valid for a second',
      sentAfter: 2000,
      expects: fault('MessageExpired'),
    },
    {
      ...asksPerson,
      name: 'NEGATIVE MessageExpired: the Timestamp is valid for a day',
      description: 'More than 2,100 seconds is refused. Expected: env:Sender with subcode wsse:MessageExpired.',
      outgoing: 'signed, valid for a day',
      expects: fault('MessageExpired'),
    },
    {
      name: 'NEGATIVE Sender: 1001 persons',
      description: 'One more than the limit; SoapUI writes them out. Expected: env:Sender, Invalid request.',
      operation: 'HentPersoner',
      body: hentPersoner([]).replace(
        '</o:HentPersonerForespoersel>',
        `  \${='<o:personidentifikator>${person('fresh').personidentifikator}</o:personidentifikator>' * 1001}\n</o:HentPersonerForespoersel>`,
      ),
      outgoing: 'signed',
      expects: fault('Sender', 'Invalid request'),
    },
    {
      name: 'NEGATIVE Sender: no right to ENDRINGSTJENESTEN',
      description: 'sender2 (310000027) is known and has no right. Expected: env:Sender that names the service.',
      operation: 'HentEndringer',
      body: hentEndringer(0),
      outgoing: 'signed by sender2',
      expects: fault('Sender', 'Service owner 310000027 does not have access to ENDRINGSTJENESTEN'),
    },
    {
      ...asksPerson,
      name: 'NEGATIVE Sender: a supplier that was not named',
      description:
        'supplier (310000035) asks for sender2, who has named nobody. Expected: env:Sender that names the service.',
      paaVegneAv: '310000027',
      outgoing: 'signed with PaaVegneAv',
      expects: fault('Sender', 'does not have access to OPPSLAGSTJENESTEN'),
    },
  ],
};

/** Every request of the project. */
export const groups: readonly Group[] = [
  operations,
  {
    name: 'Test persons',
    description: 'One request for each test person, with every informasjonsbehov.',
    requests: persons.map(requestFor),
  },
  suppliers,
  refused,
];
