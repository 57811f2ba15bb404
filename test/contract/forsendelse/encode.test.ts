import { expect } from 'chai';
import {
  encodeBekreftet,
  encodeForklar,
  encodeKvitteringer,
  encodeLest,
  encodeSend,
  encodeStatus,
  encodeTrukket,
} from '../../../src/contract/forsendelse/encode.js';
import {
  encodeBekreftKvitteringer,
  encodeForklarForsendelse,
  encodeHentKvitteringer,
  encodeHentStatus,
  encodeMeldLest,
  encodeSendForsendelse,
  encodeTrekkTilbakeForsendelse,
} from '../../../src/contract/forsendelse/request.js';
import { forklart } from '../../../src/application/shipmentDeps.js';
import { decide } from '../../../src/domain/routing/decide.js';
import type { Beslutning } from '../../../src/domain/routing/decision.js';
import { cost } from '../../../src/domain/overslag.js';
import { prisliste } from '../../../src/domain/tariff.js';
import { hendelser, tilstander } from '../../../src/domain/shipment.js';
import type { Shipment } from '../../../src/domain/shipment.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { serialise } from '../../../src/xml/write.js';
import { person } from '../../application/lookups.js';
import { grunnlag, ola } from '../../application/shipping.js';
import { testTime } from '../../support/pki.js';
import type { Validate } from '../../support/xsd.js';
import { validator } from '../../support/xsd.js';
import { bestilling, brev, dokument, mottaker } from './letters.js';

const id = '0b1d2c3e-4f50-4a6b-8c7d-9e0f1a2b3c4d';
const letter = brev();
const { eksternRef } = letter;

const decided = (reservasjon: boolean, now = testTime): Beslutning =>
  decide({
    ...grunnlag,
    forsendelse: { ...bestilling, mottaker, klasse: 'VEDTAK', kunDigitalt: reservasjon },
    register: { spurt: now, person: person(ola, { reservasjon }) },
    now,
  });
const [post, refused] = [decided(false), decided(true)];
const svar = { ...forklart(post, letter.virkningstidspunkt), id, mottatt: testTime };
const prices = { octets: 1, sider: 1, aapningskvittering: true, utskrift: letter.utskrift, formidles: true };

const shipment = (tilstand: Shipment['tilstand']): Shipment => ({
  id,
  mottatt: testTime,
  forsendelse: {
    ...letter,
    avsender: '310000019',
    databehandler: '310000019',
    hoveddokument: { ...dokument(), innhold: { ref: 'r', size: 1, sha256: 'ab' } },
    vedlegg: [],
  },
  digest: Buffer.alloc(32),
  tilstand,
  beslutning: post,
  konversasjonsId: id,
  meldingsId: id,
});
const events = hendelser.map((type) => ({
  type,
  tid: testTime,
  ...(type === 'LEST_EKSTERNT' && { skjedd: new Date(testTime.getTime() - 1_000) }),
  kode: type === 'FEIL' ? 'KLIENT' : null,
  tekst: { nb: 'Hva & hvorfor', en: 'What & why' },
}));

const answers: Readonly<Record<string, XmlElement>> = {
  SendForsendelse: encodeSend(svar),
  ForklarForsendelse: encodeForklar([
    { ...svar, kostnad: cost(post, prices, { liste: prisliste, sendt: 0, formidlet: 0 }) },
    { ...forklart(refused, null), kostnad: null },
  ]),
  HentStatus: encodeStatus(tilstander.map((t) => ({ ...svar, shipment: shipment(t), hendelser: events }))),
  HentKvitteringer: encodeKvitteringer(
    events.map((hendelse, i) => ({
      id,
      shipmentId: id,
      avsender: '310000019',
      prioritet: 'NORMAL',
      hendelse,
      eksternRef: i === 0 ? null : eksternRef,
    })),
  ),
  'HentKvitteringer without receipts': encodeKvitteringer([]),
  BekreftKvitteringer: encodeBekreftet({ bekreftet: [id, id], ukjent: [id] }),
  TrekkTilbakeForsendelse: encodeTrukket({ id, tilstand: 'TRUKKET' }),
  MeldLest: encodeLest({ id, tilstand: 'AAPNET' }),
};

const requests: Readonly<Record<string, XmlElement>> = {
  SendForsendelse: encodeSendForsendelse(letter, '310000019'),
  'SendForsendelse to an address only': encodeSendForsendelse(
    brev({
      mottaker: { ...mottaker, id: null },
      aapningskvittering: null,
      virkningstidspunkt: null,
      kostnadskode: null,
      vedlegg: [],
    }),
  ),
  ForklarForsendelse: encodeForklarForsendelse({
    mottakere: [mottaker, mottaker],
    bestilling,
    stoerrelse: 1,
    sider: 2,
  }),
  'HentStatus by id': encodeHentStatus({ ider: [id, id] }),
  'HentStatus by reference': encodeHentStatus({ eksterneRefer: [eksternRef] }),
  HentKvitteringer: encodeHentKvitteringer('PRIORITERT', 10),
  BekreftKvitteringer: encodeBekreftKvitteringer([id]),
  TrekkTilbakeForsendelse: encodeTrekkTilbakeForsendelse({ ider: [id] }),
  MeldLest: encodeMeldLest({ eksterneRefer: [eksternRef] }, new Date('2026-03-02T12:00:00Z'), '310000019'),
  'SendForsendelse with the evidence of R-19 and R-20': encodeSendForsendelse(
    brev({ oppgittAdresse: { bevis: 'skjema' }, forhaandsvarsel: { epostBevis: 'ba om det' } }),
  ),
};

describe('contract/forsendelse/encode', () => {
  let validate: Validate;
  before(() => (validate = validator(['forsendelse.xsd'])));
  after(() => validate.dispose());

  for (const [name, answer] of Object.entries(answers)) {
    it(`the answer of ${name} is valid`, () => {
      expect(validate(serialise(answer))).to.deep.equal([]);
    });
  }
  for (const [name, request] of Object.entries(requests)) {
    it(`the request ${name} is valid`, () => {
      expect(validate(serialise(request))).to.deep.equal([]);
    });
  }

  it('gives a decision its rules, and each notice its times in Oslo, also across a change of the clock', () => {
    const text = serialise(answers['SendForsendelse'] as XmlElement);
    expect(text).to.contain('<f:kanal>POSTKASSE</f:kanal>').and.to.contain('<f:nummer>R-');
    const times = [...text.matchAll(/<f:tidspunkt>(.*?)</g)].map((m) => m[1]);
    expect(times).to.deep.equal(['2026-03-29T01:30:00.125Z', '2026-04-05T01:30:00.125Z']);
  });

  it('counts notices from the decision when virkningstidspunkt has passed', () => {
    const past = encodeSend({ ...svar, virkningstidspunkt: new Date('2020-01-01T00:00:00Z') });
    expect(serialise(past)).to.contain(`<f:tidspunkt>${testTime.toISOString()}<`);
  });

  it('shows no address of the register: who may see them asks Oppslagstjenesten', () => {
    const text = Object.values(answers)
      .map((a) => serialise(a))
      .join('');
    for (const secret of ['99999999', 'ola.nordmann#6XXB', ola]) expect(text).not.to.contain(secret);
  });

  it('says of a refused letter why, by the code of the fault, and no price', () => {
    const [, second] = serialise(answers['ForklarForsendelse'] as XmlElement).split('</f:forklaring>');
    expect(second).to.contain('<f:avvist>ONLY_DIGITAL</f:avvist>').and.not.to.contain('kostnad');
  });
});
