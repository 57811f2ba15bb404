import type { Brev } from '../../src/application/sendForsendelse.js';
import type { Caller, Rutegrunnlag, ShipmentDeps } from '../../src/application/shipmentDeps.js';
import type { Enhet } from '../../src/domain/enhet.js';
import type { Person } from '../../src/domain/person.js';
import type { SenderData } from '../../src/domain/sender.js';
import { Failure } from '../../src/errors.js';
import { memoryLedgerReads, noLedger } from '../support/memoryLedger.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import { memoryWork } from '../support/shipmentWork.js';
import { testTime } from '../support/pki.js';
import { numbers, person, senders as lookupSenders } from './lookups.js';

/* What every test of use cases about shipments begins with. */

/** `sender` and `other` may send, `supplier` may act for `sender`; `stranger` may not. */
export const other = '310000043';
export const senders: SenderData = {
  ...lookupSenders,
  organisasjoner: [...lookupSenders.organisasjoner, other].map((o) =>
    typeof o === 'string'
      ? { organisasjonsnummer: o, navn: 'TO', tillatUsignertPaaVegneAv: false, fra: new Date('2020-01-01'), til: null }
      : o,
  ),
  rettigheter: [numbers.sender, other].map((organisasjon) => ({
    organisasjon,
    tjeneste: 'FORSENDELSE',
    fra: new Date('2020-01-01'),
    til: null,
  })),
};

export const ola = '23863814839';

export const grunnlag: Rutegrunnlag = {
  policy: { utenPostkasse: 'UTSKRIFT', egenVarsling: false },
  leverandoerer: new Map([
    ['984661185', { rolle: 'POSTKASSE', sertifikatGyldig: true }],
    ['310000051', { rolle: 'UTSKRIFT', sertifikatGyldig: true }],
  ]),
  utskriftsleverandoer: '310000051',
  kanaler: new Set(['POSTKASSE', 'UTSKRIFT', 'PORTAL']),
  identifikatorer: 'any',
};

export const byPassword = (changes: Partial<Caller> = {}): Caller => ({
  organisasjon: numbers.sender,
  avsender: undefined,
  signature: null,
  correlationId: 'call-1',
  ...changes,
});

let signed = 0;
export const bySignature = (changes: Partial<Caller> = {}): Caller =>
  byPassword({
    signature: {
      fingeravtrykk: 'ab'.repeat(32),
      replay: { key: Buffer.alloc(32, ++signed), expires: new Date(testTime.getTime() + 360_000) },
    },
    ...changes,
  });

/** Everything around the use cases: `at` is the time of both clocks. */
export function shipping(
  options: {
    persons?: readonly Person[];
    enheter?: readonly Enhet[];
    grunnlag?: Partial<Rutegrunnlag>;
    registerFails?: boolean;
  } = {},
) {
  const memory = memoryWork();
  const payloads = memoryPayloads();
  const asked: (readonly string[])[] = [];
  const askedFor: string[] = [];
  const persons = new Map((options.persons ?? [person(ola)]).map((p) => [p.personidentifikator, p]));
  let now = testTime;
  const deps: ShipmentDeps = {
    clock: { now: () => now },
    calendar: { now: () => now },
    senders: () => senders,
    hashId: (id) => Buffer.from(id.padEnd(16, '.')),
    unitOfWork: memory.unitOfWork,
    shipments: memory.shipments,
    ledger: memoryLedgerReads(noLedger),
    queue: memory.queue,
    payloads,
    register: {
      ask: async (ids, avsender) => {
        asked.push(ids);
        askedFor.push(avsender);
        if (options.registerFails === true) throw new Failure('UNAVAILABLE', 'the register does not answer');
        return { spurt: now, persons };
      },
    },
    enheter: { find: async () => new Map((options.enheter ?? []).map((e) => [e.organisasjonsnummer, e])) },
    routing: () => ({ ...grunnlag, ...options.grunnlag }),
  };
  const retur = { navn: 'Postmottak', adresselinjer: [], postnummer: '0150', poststed: 'OSLO' };
  /** Stages one document and makes a letter of it. */
  const letter = async (changes: Partial<Brev> = {}, content = '%PDF'): Promise<Brev> => ({
    eksternRef: 'sak-1',
    mottaker: { id: ola, postadresse: null },
    tittel: 'Svar på søknad',
    spraak: 'nb',
    klasse: 'VEDTAK',
    prioritet: 'NORMAL',
    virkningstidspunkt: null,
    sikkerhetsnivaa: 4,
    aapningskvittering: null,
    varseltekst: { epost: null, sms: null },
    kunDigitalt: false,
    utskrift: { posttype: 'B_OEKONOMI', farge: 'SORT_HVIT', retur: 'DIREKTE_RETUR', returadresse: retur },
    kostnadskode: null,
    hoveddokument: {
      filnavn: 'vedtak.pdf',
      tittel: 'Vedtak',
      mimetype: 'application/pdf',
      innhold: await payloads.put(
        (async function* () {
          yield Buffer.from(content);
        })(),
      ),
    },
    vedlegg: [],
    ...changes,
  });
  return { deps, memory, payloads, asked, askedFor, letter, at: (time: Date) => (now = time) };
}

/** The code of the refusal, or what came instead. */
export const codeOf = (promised: Promise<unknown>): Promise<unknown> =>
  promised.then(
    (value) => value,
    (error: unknown) => (error instanceof Failure ? error.code : error),
  );
