import { expect } from 'chai';
import {
  decodeBekreftet,
  decodeForklaringer,
  decodeKvitteringer,
  decodeSendt,
  decodeStatuser,
  decodeTrukket,
} from '../../../src/contract/forsendelse/answers.js';
import {
  encodeBekreftet,
  encodeForklar,
  encodeKvitteringer,
  encodeSend,
  encodeStatus,
  encodeTrukket,
} from '../../../src/contract/forsendelse/encode.js';
import type { Beslutning } from '../../../src/domain/routing/decision.js';
import { dagerEtter } from '../../../src/domain/routing/words.js';
import { Failure } from '../../../src/errors.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { parse } from '../../../src/xml/tree.js';
import { serialise } from '../../../src/xml/write.js';
import { at, beslutning, hendelse, kvittering, shipment } from '../../store/support/shipments.js';

const tekst = { nb: 'Brevet sendes.', en: 'The letter is sent.' };
const decided = beslutning();
const svar = { beslutning: decided, tekst, virkningstidspunkt: null };
const one = shipment();

/** As it arrives. */
const wire = (answer: XmlElement): XmlElement => parse(Buffer.from(serialise(answer)));
/** The answer with one piece of its text replaced. */
const broken = (answer: XmlElement, from: string | RegExp, to: string): XmlElement => {
  const text = serialise(answer);
  const changed = text.replace(from, to);
  expect(changed, `${from} stands in the answer`).not.to.equal(text);
  return parse(Buffer.from(changed));
};

const [varsel] = decided.varsler;
const expected = {
  fattet: decided.fattet,
  kanal: 'POSTKASSE',
  leverandoer: '984661185',
  tidligst: at(60),
  avvist: null,
  regler: decided.spor,
  varsler: [
    {
      varslingskanal: 'EPOST',
      tekst: 'Brev',
      tidspunkter: (varsel?.dagerEtter ?? []).map((days) => dagerEtter(decided.fattet, days)),
    },
  ],
  tekst,
};

describe('contract/forsendelse/answers', () => {
  it('reads what was answered to a letter that was sent: id, time, and the decision with its rules and notices', () => {
    const sent = decodeSendt(wire(encodeSend({ ...svar, id: one.id, mottatt: at(1) })));
    expect(sent).to.deep.equal({ forsendelsesId: one.id, mottatt: at(1), beslutning: expected });
  });

  it('reads a refusal, which has a code and neither channel nor price', () => {
    const { fattet, register, spor } = decided;
    const refused: Beslutning = { fattet, register, spor, varsler: [], utfall: 'AVVIS', kode: 'ONLY_DIGITAL' };
    const answer = encodeForklar([{ ...svar, beslutning: refused, kostnad: null }]);
    const [explained] = decodeForklaringer(wire(answer));
    expect(explained?.kostnad).to.equal(null);
    expect(explained?.beslutning).to.include({
      avvist: 'ONLY_DIGITAL',
      kanal: null,
      leverandoer: null,
      tidligst: null,
    });
  });

  it('reads explanations in their order, each with its cost in øre, a line without price among them', () => {
    const linje = { tekst, antall: 2, sikker: false };
    const kostnad = {
      minst: 69,
      hoyst: 113,
      linjer: [
        { ...linje, oere: 44 },
        { ...linje, oere: null },
      ],
    };
    const [first, second] = decodeForklaringer(
      wire(
        encodeForklar([
          { ...svar, kostnad },
          { ...svar, kostnad: { ...kostnad, linjer: [] } },
        ]),
      ),
    );
    expect(first?.kostnad).to.deep.equal({
      minst: 69,
      hoyst: 113,
      linjer: [
        { tekst, antall: 2, oere: 44 },
        { tekst, antall: 2, oere: null },
      ],
    });
    expect(second?.kostnad?.linjer).to.deep.equal([]);
  });

  it('reads where letters are, with every event', () => {
    const events = [
      hendelse(),
      hendelse({ type: 'FEIL', tid: at(3), kode: 'feil', tekst: { nb: 'KLIENT & <mer>', en: 'KLIENT & <more>' } }),
      { ...hendelse({ type: 'LEST_EKSTERNT', tid: at(4) }), skjedd: at(3) },
    ];
    const [status] = decodeStatuser(wire(encodeStatus([{ ...svar, shipment: one, hendelser: events }])));
    expect(status).to.deep.equal({
      forsendelsesId: one.id,
      eksternRef: one.forsendelse.eksternRef,
      tilstand: 'MOTTATT',
      mottatt: one.mottatt,
      beslutning: expected,
      hendelser: events,
    });
  });

  it('reads receipts, also of a letter that has been cleared away, and none', () => {
    const receipt = { ...kvittering(), eksternRef: null };
    const { id, shipmentId, hendelse: event } = receipt;
    const read = decodeKvitteringer(wire(encodeKvitteringer([receipt])));
    expect(read).to.deep.equal([{ kvitteringsId: id, forsendelsesId: shipmentId, eksternRef: null, hendelse: event }]);
    expect(decodeKvitteringer(wire(encodeKvitteringer([])))).to.deep.equal([]);
  });

  it('reads what was confirmed and what was withdrawn', () => {
    const answer = { bekreftet: ['a', 'b'], ukjent: ['c'] };
    expect(decodeBekreftet(wire(encodeBekreftet(answer)))).to.deep.equal(answer);
    const withdrawn = decodeTrukket(wire(encodeTrukket({ id: one.id, tilstand: 'TRUKKET' })));
    expect(withdrawn).to.deep.equal({ forsendelsesId: one.id, tilstand: 'TRUKKET' });
  });

  it('passes over what a newer service says besides', () => {
    const newer = broken(encodeBekreftet({ bekreftet: ['a'], ukjent: [] }), '<f:bekreftet>', '<f:ny/><f:bekreftet>');
    expect(decodeBekreftet(newer)).to.deep.equal({ bekreftet: ['a'], ukjent: [] });
  });

  const sent = encodeSend({ ...svar, id: one.id, mottatt: at(1) });
  const wrong: readonly (readonly [what: string, from: string | RegExp, to: string, detail: string])[] = [
    ['another operation', /SendForsendelseResponse/g, 'HentStatusResponse', 'Body holds no SendForsendelseResponse'],
    ['another namespace', 'urn:posthorn:forsendelse:v1', 'urn:other', 'Body holds no SendForsendelseResponse'],
    ['no id', /<f:forsendelsesId>.*?<\/f:forsendelsesId>/, '', 'SendForsendelseResponse holds no forsendelsesId'],
    ['no decision', /<f:beslutning>.*<\/f:beslutning>/, '', 'SendForsendelseResponse holds no beslutning'],
    ['a time that is none', /<f:fattet>[^<]*/, '<f:fattet>i går', 'fattet is no time'],
    ['a text in one language', 'spraak="en"', 'spraak="se"', 'regel holds no tekst in en'],
  ];
  for (const [what, from, to, detail] of wrong) {
    it(`refuses an answer with ${what}`, () => {
      expect(() => decodeSendt(broken(sent, from, to)))
        .to.throw(Failure)
        .that.includes({ code: 'MALFORMED_XML', detail });
    });
  }

  it('refuses a price that is no whole number', () => {
    const kostnad = { minst: 69, hoyst: 113, linjer: [] };
    const answer = broken(encodeForklar([{ ...svar, kostnad }]), '<f:minst>69', '<f:minst>0.69');
    expect(() => decodeForklaringer(answer)).to.throw(Failure, 'minst is no whole number');
  });
});
