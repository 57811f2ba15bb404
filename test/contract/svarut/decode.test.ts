import { expect } from 'chai';
import type { SvarUtBestilling } from '../../../src/domain/svarut/bestilling.js';
import type { Failure } from '../../../src/errors.js';
import { limits } from '../../../src/limits.js';
import type { Versjon } from '../../../src/contract/svarut/names.js';
import { versjoner } from '../../../src/contract/svarut/names.js';
import type { Verdi } from './letters.js';
import { avType, brev, dokument, fnr, konvolutt, les, nil, pdf, postadresse, spoer, versjon } from './letters.js';

const v9 = versjon(9);
const v4 = versjon(4);
const id = 'abc8849c-e281-4809-8555-7cd54952b946';

type Felt = Readonly<Record<string, Verdi>>;

async function bestilt(v: Versjon, changes: Felt = {}): Promise<SvarUtBestilling> {
  const kommando = await spoer(v, 'sendForsendelse', { forsendelse: brev(v, changes) });
  if (!('bestilling' in kommando)) throw new Error('no letter');
  return kommando.bestilling;
}

const reasonOf = (promised: Promise<unknown>): Promise<string> =>
  promised.then(
    () => 'taken',
    ({ code, detail }: Failure) => `${code}: ${detail}`,
  );

/** A letter that lacks whatever may lack. */
const least = {
  lenker: [],
  eksternref: null,
  forsendelseType: null,
  konteringskode: null,
  krevNiva4Innlogging: false,
  kryptert: false,
  kunDigitalLevering: false,
  printkonfigurasjon: null,
  signaturtype: null,
  signeringUtloper: null,
  svarPaForsendelse: null,
  svarPaForsendelseLink: false,
  svarSendesTil: null,
  metadataFraAvleverendeSystem: null,
  metadataForImport: null,
};
const post = { adresse2: null, adresse3: null, land: null, ...postadresse };

describe('contract/svarut/decode', () => {
  for (const v of versjoner) {
    it(`reads a letter of ${v.navn}, in any order and without what may lack`, async () => {
      const { dokumenter, ...rest } = await bestilt(v);
      expect(rest).to.deep.equal({
        ...least,
        tittel: 'Vedtak',
        avgivendeSystem: 'test',
        mottaker: { digital: { fnr }, post },
      });
      expect(dokumenter).to.have.length(1);
      expect(dokumenter[0]).to.deep.include({
        filnavn: 'brev.pdf',
        mimetype: 'application/pdf',
        dokumentType: null,
        ekskluderesFraPrint: false,
        giroarkSider: [],
        skalSigneres: false,
      });
      expect(dokumenter[0]?.innhold.size).to.equal(pdf.length);
    });

    it(`passes over what ${v.navn} does not know`, async () => {
      const plain = await bestilt(v);
      const odd = await bestilt(v, { nytt: { noe: 'x' }, enda: ['1', '2'] });
      expect({ ...odd, dokumenter: [] }).to.deep.equal({ ...plain, dokumenter: [] });
    });
  }

  it('reads children in the namespace of the service too, and in no other', async () => {
    const [inOurs, inOther] = [v9.ns.uri, 'urn:x'].map((uri) =>
      konvolutt(v9, 'sendForsendelse', { forsendelse: brev(v9) }).replaceAll(
        '<tittel>Vedtak</tittel>',
        `<t:tittel xmlns:t="${uri}">Vedtak</t:tittel>`,
      ),
    );
    const tittel = async (envelope = '') => {
      const { kommando } = await les(v9, envelope);
      return 'bestilling' in kommando && kommando.bestilling.tittel;
    };
    expect([await tittel(inOurs), await tittel(inOther)]).to.deep.equal(['Vedtak', null]);
  });

  it('reads everything that version 9 has', async () => {
    const metadata = {
      saksaar: 2026,
      sakssekvensnummer: '12',
      journalposttype: 'U',
      journalstatus: 'J',
      tittel: 'Sak',
    };
    const letter = await bestilt(v9, {
      eksternref: ' ref ',
      forsendelseType: 'nav.digisos',
      konteringskode: 'K1',
      krevNiva4Innlogging: '1',
      kryptert: 'True',
      kunDigitalLevering: true,
      lenker: [{ urlLenke: 'https://a', urlTekst: 'a', ledetekst: 'se' }, nil],
      printkonfigurasjon: { brevtype: 'BPOST', fargePrint: true, tosidig: false },
      signaturtype: 'AVANSERT_SIGNATUR',
      signeringUtloper: '2026-12-24T12:00:00.1239+01:00',
      svarPaForsendelse: id,
      svarPaForsendelseLink: true,
      svarSendesTil: { digitalAdresse: avType('ns2:organisasjonDigitalAdresse', { orgnr: '310000019' }) },
      metadataForImport: { ...metadata, dokumentetsDato: '2026-06-01T00:00:00' },
      metadataFraAvleverendeSystem: {
        ...metadata,
        journalaar: 2025,
        journaldato: '2026-01-01T00:00:00Z',
        journalpostnummer: -3,
        journalsekvensnummer: '+4',
        saksbehandler: 'Kari',
        ekstraMetadata: [{ key: 'k', value: 'v' }, { key: 'tom' }],
      },
      dokumenter: [
        dokument({ dokumentType: 'brev', ekskluderesFraPrint: true, giroarkSider: [2, 3], skalSigneres: true }),
      ],
    });
    const common = { saksaar: 2026, sakssekvensnummer: 12, journalposttype: 'U', journalstatus: 'J', tittel: 'Sak' };
    expect(letter).to.deep.include({
      eksternref: ' ref ',
      forsendelseType: 'nav.digisos',
      konteringskode: 'K1',
      krevNiva4Innlogging: true,
      kryptert: true,
      kunDigitalLevering: true,
      lenker: [{ urlLenke: 'https://a', urlTekst: 'a', ledetekst: 'se' }],
      printkonfigurasjon: { brevtype: 'BPOST', fargePrint: true, tosidig: false },
      signaturtype: 'AVANSERT_SIGNATUR',
      signeringUtloper: new Date('2026-12-24T11:00:00.123Z'),
      svarPaForsendelse: id,
      svarPaForsendelseLink: true,
      svarSendesTil: { digital: { orgnr: '310000019' }, post: null },
      metadataForImport: { ...common, dokumentetsDato: new Date('2026-05-31T22:00:00Z') },
      metadataFraAvleverendeSystem: {
        ...common,
        journalaar: 2025,
        journalsekvensnummer: 4,
        journalpostnummer: -3,
        journaldato: new Date('2026-01-01T00:00:00Z'),
        dokumentetsDato: null,
        saksbehandler: 'Kari',
        ekstraMetadata: [
          { key: 'k', value: 'v' },
          { key: 'tom', value: '' },
        ],
      },
    });
    const { innhold, ...read } = letter.dokumenter[0] ?? { innhold: null };
    expect(innhold?.size).to.equal(pdf.length);
    expect(read).to.deep.equal({
      filnavn: 'brev.pdf',
      mimetype: 'application/pdf',
      dokumentType: 'brev',
      ekskluderesFraPrint: true,
      giroarkSider: [2, 3],
      skalSigneres: true,
    });
  });

  it('version 6 calls the type of a letter dokumentType', async () => {
    expect((await bestilt(versjon(6), { dokumentType: 'nav.digisos' })).forsendelseType).to.equal('nav.digisos');
  });

  it('takes what is nil or empty as absent', async () => {
    const empty = {
      konteringskode: '',
      svarSendesTil: nil,
      eksternref: ' ',
      avgivendeSystem: '',
      printkonfigurasjon: nil,
    };
    const letter = await bestilt(v9, { ...empty, signaturtype: nil, signeringUtloper: nil, lenker: nil });
    expect(letter).to.deep.include({ ...least, avgivendeSystem: null });
  });

  it('an element that is said to be nil and holds something is not nil', async () => {
    const { tittel, dokumenter } = await bestilt(v9, {
      tittel: 'Vedtak',
      dokumenter: [nil, { ...(nil as object), ...(dokument() as object) }, avType('ns2:dokument', dokument() as Felt)],
    });
    expect([tittel, dokumenter.length]).to.deep.equal(['Vedtak', 2]);
  });

  it('takes numbers that an int holds, and no others', async () => {
    const aar = async (saksaar: number) =>
      (await bestilt(v9, { metadataForImport: { saksaar } })).metadataForImport?.saksaar;
    for (const n of [-(2 ** 31), -1, 0, 2 ** 31 - 1]) expect(await aar(n)).to.equal(n);
    for (const n of [-(2 ** 31) - 1, 2 ** 31])
      expect(await reasonOf(aar(n))).to.contain('saksaar skal være et heltall');
  });

  for (const wrong of [
    '2026-07-01',
    '2026-07-01T24:00:00',
    '2026-07-01T12:00',
    '2026-13-01T12:00:00',
    '2026-07-01T12:00:00+14:30',
  ]) {
    it(`knows that ${wrong} is no time`, async () => {
      expect(await reasonOf(bestilt(v9, { signeringUtloper: wrong }))).to.contain(
        'signeringUtloper er ikke et tidspunkt',
      );
    });
  }

  it('a time without zone is Norwegian, in summer and in winter', async () => {
    for (const [text, utc] of [
      ['2026-07-01T12:00:00', '2026-07-01T10:00:00.000Z'],
      ['2026-01-01T12:00:00.5', '2026-01-01T11:00:00.500Z'],
      ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00.000Z'],
      ['2026-07-01T12:00:00-14:00', '2026-07-02T02:00:00.000Z'],
    ] as const) {
      expect((await bestilt(v9, { signeringUtloper: text })).signeringUtloper?.toISOString()).to.equal(utc);
    }
  });

  it('version 4 may have elements in a date, which say nothing', async () => {
    const dates = { dokumentetsDato: { iMillis: 5 }, journaldato: '' };
    const { metadataFraAvleverendeSystem } = await bestilt(v4, { metadataFraAvleverendeSystem: dates });
    expect(metadataFraAvleverendeSystem).to.deep.include({ dokumentetsDato: null, journaldato: null, saksaar: 0 });
  });

  const address = (type: string, number: Felt): Felt => ({
    mottaker: { digitalAdresse: avType(type, number), postAdresse: postadresse },
  });
  const orgnr = { orgnr: '310000019' };
  const addresses: readonly (readonly [what: string, v: Versjon, changes: Felt, digital: unknown])[] = [
    ['a prefix', v9, address('ns2:organisasjonDigitalAdresse', orgnr), orgnr],
    ['no prefix', v9, address('organisasjonDigitalAdresse', orgnr), orgnr],
    [
      'another prefix',
      v9,
      { mottaker: { digitalAdresse: avType('q:personDigitalAdresse', { '@xmlns:q': v9.ns.uri, fnr }) } },
      { fnr },
    ],
    ['no type', v9, { mottaker: { digitalAdresse: { fnr } } }, { fnr }],
    ['no type, of an organisation', v9, { mottaker: { digitalAdresse: orgnr } }, orgnr],
    ['an organisation without number', v9, address('ns2:organisasjonDigitalAdresse', {}), null],
    ['a person without number', v9, address('ns2:personDigitalAdresse', { fnr: ' ' }), null],
    ['no digital address', v9, { mottaker: { postAdresse: postadresse } }, null],
    ['an organisation of version 4', v4, { mottaker: avType('ns2:organisasjon', { ...postadresse, ...orgnr }) }, orgnr],
    ['a capital letter', v4, { mottaker: avType('ns2:Organisasjon', { ...postadresse, ...orgnr }) }, orgnr],
    [
      'a person by small letters',
      v4,
      { mottaker: avType('ns2:privatperson', { ...postadresse, fodselsnr: fnr }) },
      { fnr },
    ],
    ['version 4 without number', v4, { mottaker: avType('ns2:privatPerson', postadresse) }, null],
  ];
  for (const [what, v, changes, digital] of addresses) {
    it(`knows who is written to by xsi:type with ${what}`, async () => {
      expect((await bestilt(v, changes)).mottaker?.digital).to.deep.equal(digital);
    });
  }

  const refusals: readonly (readonly [what: string, v: Versjon, changes: Felt, reason: string])[] = [
    [
      'a type of another namespace',
      v9,
      address('x:personDigitalAdresse', { '@xmlns:x': 'urn:x', fnr }),
      'digitalAdresse har en xsi:type',
    ],
    [
      'a type whose prefix is not bound',
      v9,
      address('x:personDigitalAdresse', { fnr }),
      'digitalAdresse har en xsi:type',
    ],
    ['an abstract type', v4, { mottaker: avType('ns2:mottaker', postadresse) }, 'mottaker har en xsi:type'],
    [
      'both numbers',
      v9,
      { mottaker: { digitalAdresse: { fnr, ...orgnr } } },
      'digitalAdresse har både fødselsnummer og',
    ],
    ['two titles', v9, { tittel: ['a', 'b'] }, 'tittel: høyst 1'],
    ['elements in a title', v9, { tittel: { b: 'x' } }, 'tittel skal bare inneholde tekst'],
    ['a boolean that is none', v9, { kryptert: 'ja' }, 'kryptert skal være true eller false'],
    ['a year that is none', v9, { metadataForImport: { saksaar: 'MMXXVI' } }, 'saksaar skal være et heltall'],
    ['a page that is none', v9, { dokumenter: dokument({ giroarkSider: '1.5' }) }, 'giroarkSider skal være et heltall'],
    ['an unknown signature', v9, { signaturtype: 'FORSEGLET' }, 'signaturtype skal være AUTENTISERT_SIGNATUR eller'],
    ['a time that is none', v9, { signeringUtloper: '24.12.2026' }, 'signeringUtloper er ikke et tidspunkt'],
    ['30 February', v9, { signeringUtloper: '2026-02-30T12:00:00Z' }, 'signeringUtloper er ikke et tidspunkt'],
    [
      'a date in metadata that is none',
      v9,
      { metadataForImport: { dokumentetsDato: 'i dag' } },
      'dokumentetsDato er ikke',
    ],
  ];
  for (const [what, v, changes, reason] of refusals) {
    it(`refuses ${what}, and says why in Norwegian`, async () => {
      expect(await reasonOf(bestilt(v, changes))).to.contain(`SVARUT_CONTENT: ${reason}`);
    });
  }

  for (const [what, changes] of Object.entries({
    'an empty data': { data: '' },
    'a nil data': { data: nil },
    'no data': { data: [] },
  })) {
    it(`SECURITY 93: refuses a document with ${what}`, async () => {
      expect(await reasonOf(bestilt(v9, { dokumenter: dokument(changes) }))).to.match(/^SVARUT_EMPTY/);
    });
  }

  const asked = (operasjon: string, verdi: Verdi, v = v9) => spoer(v, operasjon, verdi);
  it('reads the other operations', async () => {
    expect(await asked('startNyForsendelse', {})).to.deep.equal({ operasjon: 'startNyForsendelse' });
    expect(await asked('retreiveForsendelseTyper', {})).to.deep.equal({ operasjon: 'retreiveForsendelseTyper' });
    for (const operasjon of ['retrieveForsendelseStatus', 'retrieveForsendelseHistorikk']) {
      expect(await asked(operasjon, { forsendelsesid: ` ${id}\n` })).to.deep.equal({ operasjon, id });
    }
    for (const name of ['forsendelseid', 'forsendelsesid']) {
      const operasjon = 'retrieveSigneringshistorikk';
      expect(await asked(operasjon, { [name]: id })).to.deep.equal({ operasjon, id });
    }
    for (const operasjon of ['retrieveForsendelseStatuser', 'retrieveSigneringshistorikkForFlereForsendelser']) {
      const ider = { forsendelseider: [id, '', 'b'] };
      expect(await asked(operasjon, ider)).to.deep.equal({ operasjon, ider: [id, 'b'] });
    }
    expect(await asked('retrieveForsendelseIdByEksternRef', { eksternRef: 'R 1 ' })).to.deep.include({
      eksternref: 'R 1 ',
    });
    expect(await asked('retrieveMottakerSystemForOrgnr', { organisasjonsnr: '310000027' })).to.deep.include({
      orgnr: '310000027',
    });
    const { bestilling, ...rest } = (await asked('sendForsendelseMedId', {
      forsendelsesid: id,
      forsendelse: brev(v9),
    })) as unknown as { bestilling: SvarUtBestilling };
    expect([bestilling.tittel, rest]).to.deep.equal(['Vedtak', { operasjon: 'sendForsendelseMedId', id }]);
  });

  it('reads who has read a letter, when and where', async () => {
    const lest = { forsendelsesid: id, lestAvFodselsnummer: fnr, navnPaEksterntSystem: 'arkiv' };
    const operasjon = 'setForsendelseLestAvEksterntSystem';
    expect(await asked(operasjon, { ...lest, datoLest: '2026-07-01T12:00:00' })).to.deep.equal({
      operasjon,
      lest: { ...lest, datoLest: new Date('2026-07-01T10:00:00Z') },
    });
    expect(await asked(operasjon, { forsendelsesid: id }, v4)).to.deep.equal({
      operasjon,
      lest: { forsendelsesid: id, lestAvFodselsnummer: null, navnPaEksterntSystem: null, datoLest: null },
    });
  });

  for (const [alias, operasjon, verdi] of [
    ['retrieveForsendelsesStatus', 'retrieveForsendelseStatus', { forsendelsesid: id }],
    ['retrieveForsendelsesStatuser', 'retrieveForsendelseStatuser', { forsendelseider: id }],
    ['retrieveForsendelsesHistorikk', 'retrieveForsendelseHistorikk', { forsendelsesid: id }],
    ['retrieveForsendelsesIderByEksternRef', 'retrieveForsendelseIdByEksternRef', { eksternRef: 'r' }],
    ['retreiveForsendelsesTyper', 'retreiveForsendelseTyper', {}],
    ['retrieveForsendelsesTyper', 'retreiveForsendelseTyper', {}],
    ['retrieveForsendelseTyper', 'retreiveForsendelseTyper', {}],
  ] as const) {
    it(`takes ${alias} for ${operasjon} in version 9 only`, async () => {
      expect(await asked(alias, verdi)).to.include({ operasjon });
      expect(await reasonOf(asked(alias, verdi, versjon(8)))).to.contain('SVARUT_CONTENT: ukjent operasjon');
    });
  }

  for (const [operasjon, missing, verdi] of [
    ['sendForsendelse', 'forsendelse', {}],
    ['sendForsendelseMedId', 'forsendelsesid', { forsendelse: brev(v9) }],
    ['sendForsendelseMedId', 'forsendelse', { forsendelsesid: id }],
    ['retrieveForsendelseStatus', 'forsendelsesid', {}],
    ['retrieveForsendelseIdByEksternRef', 'eksternRef', { eksternRef: '' }],
    ['retrieveMottakerSystemForOrgnr', 'organisasjonsnr', {}],
    ['setForsendelseLestAvEksterntSystem', 'forsendelsesid', { datoLest: '2026-07-01T12:00:00' }],
  ] as const) {
    it(`refuses ${operasjon} without ${missing}`, async () => {
      expect(await reasonOf(asked(operasjon, verdi))).to.equal(`SVARUT_CONTENT: ${missing} mangler`);
    });
  }

  it('has the operations of each version, and faults on others and on those of another version', async () => {
    const counts = versjoner.map(({ operasjoner }) => new Set(operasjoner.values()).size);
    expect(counts).to.deep.equal([4, 8, 10, 12]);
    for (const name of ['slettForsendelse', 'toString', 'retrieveDokumentMetadata']) {
      expect(await reasonOf(asked(name, {}))).to.contain('SVARUT_CONTENT: ukjent operasjon');
    }
    expect(await reasonOf(asked('startNyForsendelse', {}, v4))).to.contain('SVARUT_CONTENT: ukjent operasjon');
    const other = konvolutt(versjon(8), 'startNyForsendelse', {});
    expect(await reasonOf(les(v9, other))).to.contain('SVARUT_CONTENT: forespørselen er av en annen versjon');
    const foreign = other.replace(versjon(8).ns.uri, 'urn:x');
    expect(await reasonOf(les(v9, foreign))).to.contain('SVARUT_CONTENT: ukjent operasjon');
  });

  const sizes: readonly (readonly [limit: number, what: string, make: (n: number) => Promise<unknown>])[] = [
    [limits.svarutTekst, 'characters of a text', (n) => bestilt(v9, { tittel: 'x'.repeat(n) })],
    [limits.svarutLenker, 'links', (n) => bestilt(v9, { lenker: Array<Verdi>(n).fill({ urlTekst: 'x' }) })],
    [limits.svarutDokumenter, 'documents', (n) => bestilt(v9, { dokumenter: Array<Verdi>(n).fill(dokument()) })],
    [
      limits.svarutGiroark,
      'pages of giro',
      (n) => bestilt(v9, { dokumenter: dokument({ giroarkSider: Array<Verdi>(n).fill(1) }) }),
    ],
    [
      limits.svarutEkstraMetadata,
      'entries of metadata',
      (n) => bestilt(v9, { metadataFraAvleverendeSystem: { ekstraMetadata: Array<Verdi>(n).fill({ key: 'k' }) } }),
    ],
    [
      limits.svarutIder,
      'letters of a status call',
      (n) => asked('retrieveForsendelseStatuser', { forsendelseider: Array<Verdi>(n).fill(id) }),
    ],
    [
      limits.svarutSigneringsider,
      'letters of a call for what was signed',
      (n) => asked('retrieveSigneringshistorikkForFlereForsendelser', { forsendelseider: Array<Verdi>(n).fill(id) }),
    ],
  ];
  for (const [limit, what, make] of sizes) {
    it(`SECURITY 105: takes ${what} up to ${limit}`, async () => {
      for (const n of [limit - 1, limit]) expect(await reasonOf(make(n)), String(n)).to.equal('taken');
      expect(await reasonOf(make(limit + 1))).to.match(/^SVARUT_CONTENT/);
    });
  }

  it('SECURITY 106, 107: identifiers are taken as they stand, whatever is in them', async () => {
    for (const text of ["' OR 1=1-- ", 'é', 'e\u0301', 'ʼ\u{1F4EE}', 'ABC', 'abc ']) {
      expect((await bestilt(v9, { eksternref: text })).eksternref).to.equal(text);
    }
  });
});
