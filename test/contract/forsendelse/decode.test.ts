import { expect } from 'chai';
import {
  encodeBekreftKvitteringer,
  encodeForklarForsendelse,
  encodeHentKvitteringer,
  encodeHentStatus,
  encodeMeldLest,
  encodeSendForsendelse,
  encodeTrekkTilbakeForsendelse,
} from '../../../src/contract/forsendelse/request.js';
import type { BrevInn } from '../../../src/contract/forsendelse/request.js';
import { tns } from '../../../src/contract/forsendelse/names.js';
import type { Failure } from '../../../src/errors.js';
import { serialise } from '../../../src/xml/write.js';
import { good } from '../document/support.js';
import { bestilling, brev, dokument, mottaker, received, sent } from './letters.js';

const id = '0b1d2c3e-4f50-4a6b-8c7d-9e0f1a2b3c4d';
const noon = new Date('2026-03-02T12:00:00Z');
const of = (changes: Partial<BrevInn> = {}): string => serialise(encodeSendForsendelse(brev(changes)));
const inOurs = (operation: string, content: string): string =>
  `<${operation} xmlns="${tns.uri}">${content}</${operation}>`;

async function refusal(xml: string): Promise<Failure> {
  const outcome = await received(xml, 4096).catch((error: unknown) => error as Failure);
  if (!(outcome instanceof Error)) throw new Error(`taken: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The reason, which is what the sender reads. */
async function reasonFor(xml: string): Promise<string> {
  const { code, values } = await refusal(xml);
  expect(code).to.equal('INVALID_REQUEST');
  return values['reason'] ?? '';
}

describe('contract/forsendelse/decode', () => {
  it('reads what encode writes, every field of a letter', async () => {
    const letter = brev();
    const command = await received(serialise(encodeSendForsendelse(letter, '310000019')));
    const { hoveddokument, vedlegg, ...rest } = sent(command);
    const { hoveddokument: main, vedlegg: attached, ...wanted } = letter;
    expect(command.avsender).to.equal('310000019');
    expect(rest).to.deep.equal(wanted);
    expect([hoveddokument, ...vedlegg].map(({ innhold, ...d }) => ({ ...d, size: innhold.size }))).to.deep.equal(
      [main, ...attached].map(({ innhold, ...d }) => ({ ...d, size: innhold.length })),
    );
  });

  it('reads the other operations', async () => {
    const forklar = { mottakere: [mottaker, { id: null, postadresse: null }], bestilling, stoerrelse: 7, sider: 3 };
    for (const [request, expected] of [
      [encodeForklarForsendelse(forklar), { operasjon: 'ForklarForsendelse', avsender: undefined, ...forklar }],
      [
        encodeForklarForsendelse({ mottakere: [mottaker], bestilling }),
        {
          operasjon: 'ForklarForsendelse',
          avsender: undefined,
          mottakere: [mottaker],
          bestilling,
          stoerrelse: 100_000,
          sider: null,
        },
      ],
      [
        encodeHentStatus({ ider: [id, id] }),
        { operasjon: 'HentStatus', avsender: undefined, utvalg: { ider: [id, id] } },
      ],
      [
        encodeHentStatus({ eksterneRefer: ['a b'] }, '310000019'),
        { operasjon: 'HentStatus', avsender: '310000019', utvalg: { eksterneRefer: ['a b'] } },
      ],
      [
        encodeHentKvitteringer('PRIORITERT', 100),
        { operasjon: 'HentKvitteringer', avsender: undefined, prioritet: 'PRIORITERT', antall: 100 },
      ],
      [encodeBekreftKvitteringer([id]), { operasjon: 'BekreftKvitteringer', avsender: undefined, ider: [id] }],
      [
        encodeTrekkTilbakeForsendelse({ ider: [id] }),
        { operasjon: 'TrekkTilbakeForsendelse', avsender: undefined, utvalg: { ider: [id] } },
      ],
      [
        encodeMeldLest({ ider: [id] }),
        { operasjon: 'MeldLest', avsender: undefined, utvalg: { ider: [id] }, lest: null },
      ],
      [
        encodeMeldLest({ eksterneRefer: ['r'] }, noon, '310000019'),
        { operasjon: 'MeldLest', avsender: '310000019', utvalg: { eksterneRefer: ['r'] }, lest: noon },
      ],
    ] as const) {
      expect(await received(serialise(request))).to.deep.equal(expected);
    }
  });

  it('R-12, R-36, R-45: takes VEDTAK, no opening receipt and B post where nothing is said', async () => {
    const xml = inOurs(
      'SendForsendelse',
      '<eksternRef>r</eksternRef><mottaker/><tittel>t</tittel><hoveddokument><filnavn>a.pdf</filnavn>' +
        '<tittel>t</tittel><mimetype>application/pdf</mimetype><innhold>JVBERi0=</innhold></hoveddokument>',
    );
    const letter = sent(await received(xml));
    expect({ ...letter, hoveddokument: letter.hoveddokument.filnavn }).to.deep.equal({
      hoveddokument: 'a.pdf',
      vedlegg: [],
      eksternRef: 'r',
      mottaker: { id: null, postadresse: null },
      tittel: 't',
      spraak: 'nb',
      klasse: 'VEDTAK',
      prioritet: 'NORMAL',
      virkningstidspunkt: null,
      sikkerhetsnivaa: 4,
      aapningskvittering: null,
      varseltekst: { epost: null, sms: null },
      kunDigitalt: false,
      utskrift: { posttype: 'B_OEKONOMI', farge: 'SORT_HVIT', retur: 'DIREKTE_RETUR', returadresse: null },
      kostnadskode: null,
    });
    expect(await received(inOurs('HentKvitteringer', ''))).to.include({ prioritet: 'NORMAL', antall: 10 });
  });

  /** Lengths in characters: not in UTF-16 units, and not in octets. */
  const lengths: readonly (readonly [
    name: string,
    min: number,
    max: number,
    make: (text: string) => Partial<BrevInn>,
  ])[] = [
    ['eksternRef', 1, 100, (t) => ({ eksternRef: t })],
    ['R-34: tittel', 1, 255, (t) => ({ tittel: t })],
    ['R-36: begrunnelse', 1, 500, (t) => ({ aapningskvittering: { begrunnelse: t } })],
    ['kostnadskode', 1, 40, (t) => ({ kostnadskode: t })],
    ['dokumenttype', 1, 100, (t) => ({ dokumenttype: t })],
    ['R-16: varseltekst/epost', 1, 500, (t) => ({ varseltekst: { epost: t, sms: null } })],
    ['R-16: varseltekst/sms', 1, 160, (t) => ({ varseltekst: { epost: null, sms: t } })],
    ['R-33: filnavn', 4, 100, (t) => ({ hoveddokument: dokument({ filnavn: t }) })],
    ['the title of a document', 1, 255, (t) => ({ hoveddokument: dokument({ tittel: t }) })],
    [
      'navn',
      1,
      130,
      (t) => ({
        mottaker: { id: null, postadresse: { navn: t, adresselinjer: [], postnummer: '0155', poststed: 'OSLO' } },
      }),
    ],
  ];
  for (const [name, min, max, make] of lengths) {
    it(`${name} has ${min} to ${max} characters`, async () => {
      for (const n of [min, min + 1, max - 1, max]) await received(of(make('𝄞'.repeat(n))), 4096);
      for (const n of [min - 1, max + 1]) expect(await reasonFor(of(make('𝄞'.repeat(n))))).to.match(/[a-z]/);
    });
  }

  it('R-33: takes 0 to 200 attachments', async () => {
    const vedlegg = (n: number) =>
      of({ vedlegg: Array.from({ length: n }, (_, i) => dokument({ filnavn: `vedlegg-${i}.pdf` })) });
    for (const n of [0, 1, 199, 200]) expect(sent(await received(vedlegg(n), 4096)).vedlegg).to.have.length(n);
    expect(await reasonFor(vedlegg(201))).to.match(/^vedlegg/);
  });

  for (const filnavn of [
    '../vedtak.pdf',
    'a/vedtak.pdf',
    'a\\vedtak.pdf',
    'C:vedtak.pdf',
    'ved\ttak.pdf',
    'ved\u202etak.pdf',
    '.vedtak',
    'vedtak.',
    'vedtak.pdf ',
    'vedtak.exe',
    'vedtak.pdf.JS',
    'vedtak?.pdf',
  ]) {
    it(`R-33: refuses the file name ${JSON.stringify(filnavn)}`, async () => {
      expect(await reasonFor(of({ hoveddokument: dokument({ filnavn }) }))).to.match(/^filnavn /);
    });
  }

  it('R-33: refuses two documents of one name, whatever their case and composition', async () => {
    for (const filnavn of ['vedtak.pdf', 'VEDTAK.PDF', 'vedtak.ｐdf']) {
      expect(await reasonFor(of({ vedlegg: [dokument({ filnavn })] }))).to.equal('filnavn is unique in a letter');
    }
  });

  it('R-33: takes the listed types, and an invoice as main document only', async () => {
    const ehf = dokument({
      filnavn: 'faktura.xml',
      mimetype: 'application/ehf+xml',
      innhold: good.get('application/ehf+xml')!,
    });
    expect(sent(await received(of({ hoveddokument: ehf }))).hoveddokument.mimetype).to.equal('application/ehf+xml');
    const odd = ['application/zip', 'application/pdf; x=y', 'application/octet-stream', 'constructor'];
    for (const mimetype of odd) {
      expect(await reasonFor(of({ hoveddokument: dokument({ mimetype }) }))).to.match(/^mimetype /);
    }
    expect(await reasonFor(of({ vedlegg: [ehf] }))).to.match(/^mimetype /);
  });

  it('R-33: refuses a document without octets', async () => {
    expect(await reasonFor(of({ hoveddokument: dokument({ innhold: new Uint8Array() }) }))).to.match(/^innhold /);
  });

  it('R-16: refuses a notice with a national id', async () => {
    const reason = await reasonFor(of({ varseltekst: { epost: null, sms: 'Til 23863814839' } }));
    expect(reason)
      .to.match(/^varseltekst\/sms: /)
      .and.not.to.contain('23863814839');
  });

  it('R-36: refuses an opening receipt without a reason', async () => {
    const xml = of().replace(/<f:begrunnelse>.*<\/f:begrunnelse>/, '');
    expect(await reasonFor(xml)).to.equal('aapningskvittering: begrunnelse stands 1 to 1 times');
  });

  for (const [time, taken] of [
    ['2026-03-02T12:00:00Z', '2026-03-02T12:00:00.000Z'],
    ['2026-03-02T12:00:00.5+01:00', '2026-03-02T11:00:00.500Z'],
    [' 2028-02-29T23:59:59-14:00 ', '2028-03-01T13:59:59.000Z'],
    ['2026-03-02T12:00:00', null],
    ['2026-03-02', null],
    ['2026-02-30T12:00:00Z', null],
    ['2026-03-02T24:00:00Z', null],
    ['2026-03-02T12:00:60Z', null],
    ['2026-13-02T12:00:00Z', null],
    ['2026-03-02T12:00:00+15:00', null],
    ['tomorrow', null],
  ] as const) {
    it(`R-35: ${taken === null ? 'refuses' : 'takes'} virkningstidspunkt "${time}"`, async () => {
      const xml = of().replace(/(<f:virkningstidspunkt>).*?(<)/, `$1${time}$2`);
      if (taken === null) expect(await reasonFor(xml)).to.match(/^virkningstidspunkt is a time with its zone/);
      else expect(sent(await received(xml)).virkningstidspunkt?.toISOString()).to.equal(taken);
    });
  }

  it('R-56: an id has 11 or 9 digits', async () => {
    for (const ident of ['2386381483', '238638148390', '31000001', 'abcdefghi', '']) {
      const { code, message } = await refusal(of({ mottaker: { id: ident, postadresse: null } }));
      expect(code).to.equal('INVALID_RECIPIENT');
      if (ident !== '') expect(message).not.to.contain(ident);
    }
    for (const ident of ['00000000000', '310000019']) {
      await received(of({ mottaker: { id: ident, postadresse: null } }));
    }
  });

  it('R-44: an address is in Norway or abroad, never half of each', async () => {
    const addressed = (content: string): string =>
      of().replace(
        /<f:postadresse>.*?<\/f:postadresse>/,
        `<f:postadresse><f:navn>O</f:navn>${content}</f:postadresse>`,
      );
    const line = '<f:adresselinje>a</f:adresselinje>';
    const town = '<f:postnummer>0155</f:postnummer><f:poststed>OSLO</f:poststed>';
    const land = '<f:land>Sverige</f:land>';
    for (const good of [town, line.repeat(3) + town, line + land, `${line.repeat(4)}<f:landkode>SE</f:landkode>`]) {
      await received(addressed(good));
    }
    for (const bad of [
      '',
      line.repeat(4) + town,
      land,
      line.repeat(5) + land,
      line + town + land,
      `${line}${land}<f:landkode>SE</f:landkode>`,
      '<f:postnummer>0155</f:postnummer>',
    ]) {
      expect(await reasonFor(addressed(bad))).to.match(/^postadresse/);
    }
  });

  const broken: readonly (readonly [what: string, from: RegExp, to: string, reason: RegExp])[] = [
    ['a missing reference', /<f:eksternRef>.*?<\/f:eksternRef>/, '', /^SendForsendelse: eksternRef stands 1 to 1/],
    ['a second title', /(<f:tittel>.*?<\/f:tittel>)/, '$1$1', /^SendForsendelse: tittel stands 1 to 1/],
    ['an unknown element', /<f:spraak>/, '<f:skjerming>JA</f:skjerming><f:spraak>', /has no skjerming/],
    [
      'an element of another namespace',
      /<f:spraak>nn<\/f:spraak>/,
      '<spraak xmlns="urn:x">nn</spraak>',
      /has no spraak/,
    ],
    [
      'a wrong order',
      /(<f:spraak>nn<\/f:spraak>)(<f:klasse>INFO<\/f:klasse>)/,
      '$2$1',
      /spraak stands in the wrong place/,
    ],
    ['text between elements', /<f:spraak>/, 'x<f:spraak>', /text between elements/],
    ['an element in a text', /<f:spraak>nn/, '<f:spraak><f:b/>nn', /^spraak holds text only/],
    ['an unknown language', /<f:spraak>nn/, '<f:spraak>de', /^spraak is one of nb, nn, en, se/],
    ['an unknown class', /<f:klasse>INFO/, '<f:klasse>info', /^klasse is one of/],
    ['an unknown level', /(<f:sikkerhetsnivaa>)3/, '$12', /^sikkerhetsnivaa is one of 3, 4/],
    ['a boolean that is none', /(<f:kunDigitalt>)true/, '$1ja', /^kunDigitalt is one of/],
    ['content that is not base64', /(<f:innhold>)/, '$1*', /^innhold is not base64/],
    [
      'neither content nor reference',
      /<f:innhold>.*?<\/f:innhold>/,
      '',
      /^hoveddokument: it has either innhold or innholdRef/,
    ],
    [
      'a reference to nothing, in a message without parts',
      /<f:innhold>.*?<\/f:innhold>/,
      '<f:innholdRef>cid:a@x</f:innholdRef>',
      /^a document is to come in a part that is not there/,
    ],
    ['a postnummer of three digits', /0155/, '155', /^postnummer is four digits/],
  ];
  for (const [what, from, to, reason] of broken) {
    it(`refuses ${what}`, async () => {
      const xml = of();
      expect(xml).to.match(from);
      expect(await reasonFor(xml.replace(from, to))).to.match(reason);
    });
  }

  it('R-42: avsender is an organisation number', async () => {
    expect(await reasonFor(serialise(encodeHentStatus({ ider: [id] }, '0192:310000019')))).to.match(/^avsender is/);
  });

  it('counts recipients, letters and receipts', async () => {
    const person = '<mottaker><id>23863814839</id></mottaker>';
    const counted: readonly (readonly [operation: string, one: string, rest: string])[] = [
      ['ForklarForsendelse', person, '<tittel>t</tittel>'],
      ['HentStatus', `<forsendelsesId>${id}</forsendelsesId>`, ''],
      ['HentStatus', '<eksternRef>r</eksternRef>', ''],
      ['BekreftKvitteringer', `<kvitteringsId>${id}</kvitteringsId>`, ''],
    ];
    for (const [operation, one, rest] of counted) {
      for (const n of [1, 99, 100]) await received(inOurs(operation, one.repeat(n) + rest), 4096);
      for (const n of [0, 101])
        expect(await reasonFor(inOurs(operation, one.repeat(n) + rest))).to.match(/[01] to 100/);
    }
    for (const n of [1, 99, 100]) await received(inOurs('HentKvitteringer', `<antall>${n}</antall>`));
    for (const n of [0, 101, -1, 1.5]) {
      expect(await reasonFor(inOurs('HentKvitteringer', `<antall>${n}</antall>`))).to.match(/^antall is a number/);
    }
  });

  it('takes ids or references, one way at a time', async () => {
    const both = `<forsendelsesId>${id}</forsendelsesId><eksternRef>r</eksternRef>`;
    for (const operation of ['HentStatus', 'TrekkTilbakeForsendelse', 'MeldLest']) {
      expect(await reasonFor(inOurs(operation, both))).to.match(/forsendelsesId, or as many eksternRef/);
    }
    expect(await reasonFor(inOurs('HentStatus', '<forsendelsesId>../x</forsendelsesId>'))).to.match(/is a UUID/);
    expect(await reasonFor(inOurs('TrekkTilbakeForsendelse', '<eksternRef>r</eksternRef>'.repeat(2)))).to.match(
      /0 to 1/,
    );
  });

  it('R-19, R-20: takes evidence, and no e-mail of an advance notice that was not asked for', async () => {
    const oppgittAdresse = { bevis: 'skjema av 1. mars' };
    const asked = { epostBevis: 'ba om det' };
    const unasked = { epostBevis: null };
    const sms = { varseltekst: { epost: null, sms: 'Nytt brev' } };
    for (const more of [
      { oppgittAdresse, forhaandsvarsel: asked },
      { ...sms, forhaandsvarsel: unasked },
    ]) {
      const letter = { klasse: 'VEDTAK', ...more } as const;
      expect(await received(of(letter)))
        .to.have.property('brev')
        .that.deep.includes(letter);
    }
    const epost = { varseltekst: { epost: 'Nytt brev', sms: null } };
    const refused = of({ klasse: 'VEDTAK', ...epost, forhaandsvarsel: unasked });
    expect(await reasonFor(refused)).to.match(/needs epostBevis/);
    expect(await reasonFor(of({ klasse: 'INFO', forhaandsvarsel: asked }))).to.match(/of the class VEDTAK/);
    expect(await reasonFor(of({ oppgittAdresse: { bevis: '' } }))).to.match(/1 to 500/);
  });

  it('knows its own operations only', async () => {
    for (const xml of [inOurs('constructor', ''), inOurs('Send', ''), '<SendForsendelse xmlns="urn:x"/>']) {
      expect(await reasonFor(xml)).to.equal('Body holds no operation of this service');
    }
  });
});
