import { expect } from 'chai';
import { contentOf, documentOf } from '../../../src/channels/sdp/document.js';
import { channels, type ChannelDeps } from '../../../src/channels/registry.js';
import type { SdpDeps } from '../../../src/channels/sdp/channel.js';
import { decodeSbd, encodeSbd } from '../../../src/contract/sdp/sbd.js';
import type { Shipment } from '../../../src/domain/shipment.js';
import {
  ids,
  letter,
  mailbox,
  order,
  printer,
  recipient,
  refused,
  toMailbox,
  toPortal,
  toPrint,
} from '../../support/letters.js';
import { collect, once } from '../../package/support.js';
import { failureOf, testTime } from '../../support/pki.js';

const fingerprint = 'ab'.repeat(32);
const document = (shipment: Shipment) => documentOf(shipment, '310000000', fingerprint, testTime);
const paper = (changes: Partial<Shipment> = {}) => letter({ beslutning: toPrint, ...changes });
const avsender = { organisasjonsnummer: order.avsender, avsenderidentifikator: null, fakturaReferanse: 'K-17' };

describe('channels/sdp/document', () => {
  it('CONTRACT 8: the header names the technical sender, the provider, the message and the conversation', () => {
    for (const [shipment, receiver] of [
      [letter(), mailbox],
      [paper(), printer],
    ] as const) {
      expect(document(shipment).header).to.deep.equal({
        sender: '310000000',
        receiver,
        instanceIdentifier: ids.message,
        conversationId: ids.conversation,
        created: testTime,
      });
    }
  });

  it('CONTRACT 9, R-17, R-27, R-35, R-36: a letter to a mailbox', () => {
    expect(document(letter()).payload).to.deep.equal({
      type: 'digitalPost',
      avsender,
      fingeravtrykk: fingerprint,
      mottaker: { personidentifikator: recipient, postkasseadresse: 'ola.nordmann#6XXB' },
      digital: {
        virkning: order.virkningstidspunkt,
        aapningskvittering: true,
        sikkerhetsnivaa: 4,
        ikkeSensitivTittel: { lang: 'nn', tekst: 'Svar på søknad' },
        epostVarsel: { til: 'ola@example.com', tekst: { lang: 'nb', tekst: 'Du har brev' }, dagerEtter: [1] },
        smsVarsel: { til: '+4799999999', tekst: { lang: 'nn', tekst: 'Du har post' }, dagerEtter: [0, 7] },
      },
      fysisk: null,
    });
  });

  it('a letter to a mailbox with as little as can be', () => {
    const forsendelse = {
      ...order,
      virkningstidspunkt: null,
      aapningskvittering: null,
      kostnadskode: null,
      sikkerhetsnivaa: 3,
    } as const;
    const { payload } = document(letter({ forsendelse, beslutning: { ...toMailbox, varsler: [] } }));
    expect(payload).to.deep.include({
      avsender: { ...avsender, fakturaReferanse: null },
      digital: {
        virkning: null,
        aapningskvittering: false,
        sikkerhetsnivaa: 3,
        ikkeSensitivTittel: { lang: 'nn', tekst: 'Svar på søknad' },
        epostVarsel: null,
        smsVarsel: null,
      },
    });
  });

  it('CONTRACT 9, R-45: a letter to print has addresses and no person', () => {
    expect(document(paper()).payload).to.deep.equal({
      type: 'digitalPost',
      avsender,
      fingeravtrykk: fingerprint,
      digital: null,
      fysisk: { mottaker: order.mottaker.postadresse, utskrift: order.utskrift, instruksjoner: [] },
    });
    expect(JSON.stringify(document(paper()))).not.to.contain(recipient);
  });

  it('R-44: paper to a business without an address of its sender goes to the one that was decided', () => {
    const papiradresse = { navn: 'ØYRA FISK AS', adresselinjer: [], postnummer: '0155', poststed: 'OSLO' };
    const forsendelse = { ...order, mottaker: { id: '310000035', postadresse: null } };
    const { payload } = document(paper({ forsendelse, beslutning: { ...toPrint, papiradresse } }));
    expect(payload).to.have.nested.property('fysisk.mottaker', papiradresse);
  });

  it('is read back as it was written', () => {
    for (const shipment of [letter(), paper()]) {
      const made = document(shipment);
      expect(decodeSbd(encodeSbd(made))).to.deep.equal(made);
    }
  });

  const without = { ...toMailbox.register, postkasseadresse: null };
  const misfits: Readonly<Record<string, Shipment>> = {
    'was refused': letter({ beslutning: refused }),
    'goes to the portal': letter({ beslutning: toPortal }),
    'has no mailbox address': letter({ beslutning: { ...toMailbox, register: without } }),
    'has no person': letter({ forsendelse: { ...order, mottaker: { ...order.mottaker, id: null } } }),
    'has no postal address': paper({ forsendelse: { ...order, mottaker: { id: recipient, postadresse: null } } }),
    'has no address to return to': paper({
      forsendelse: { ...order, utskrift: { ...order.utskrift, returadresse: null } },
    }),
  };
  for (const [what, shipment] of Object.entries(misfits)) {
    it(`R-44: a letter that ${what} is none for this channel`, () => {
      expect(failureOf(() => document(shipment)).code).to.equal('INTERNAL');
    });
  }

  it('CONTRACT 13: the package holds the documents in their order, each with its title', async () => {
    const read: string[] = [];
    const content = contentOf(letter(), (ref) => {
      read.push(ref);
      return once(`octets of ${ref}`);
    });
    const files = [content.hoveddokument, ...content.vedlegg];
    expect(files.map(({ filnavn, mimetype, tittel }) => [filnavn, mimetype, tittel])).to.deep.equal(
      ['vedtak.pdf', 'vedlegg 1.pdf', 'vedlegg 2.pdf'].map((name) => [
        name,
        'application/pdf',
        { lang: 'nn', tekst: `Om ${name}` },
      ]),
    );
    expect(read).to.deep.equal([]);
    const octets = await Promise.all(files.map(async (file) => (await collect(file.open())).toString()));
    expect(octets).to.deep.equal(['octets of doc-1', 'octets of doc-2', 'octets of doc-3']);
    expect(content).to.deep.include({
      mottaker: { personidentifikator: recipient, postkasseadresse: 'ola.nordmann#6XXB' },
      avsender,
      lenke: null,
    });
  });

  it('R-45: what is kept off paper is left out of a printed letter, and nowhere else', () => {
    const { hoveddokument, vedlegg } = letter().forsendelse;
    const forsendelse = { ...letter().forsendelse, hoveddokument: { ...hoveddokument, ikkePaaPapir: true as const } };
    const names = (shipment: Shipment) => {
      const { hoveddokument: first, vedlegg: rest } = contentOf(shipment, () => once(''));
      return [first, ...rest].map(({ filnavn }) => filnavn);
    };
    expect(names(paper({ forsendelse }))).to.deep.equal(['vedlegg 1.pdf', 'vedlegg 2.pdf']);
    expect(names(letter({ forsendelse }))).to.deep.equal(['vedtak.pdf', 'vedlegg 1.pdf', 'vedlegg 2.pdf']);
    const none = { ...forsendelse, vedlegg: vedlegg.map((d) => ({ ...d, ikkePaaPapir: true as const })) };
    expect(failureOf(() => contentOf(paper({ forsendelse: none }), () => once(''))).code).to.equal('INTERNAL');
  });

  it('CONTRACT 13: the package of a printed letter names no recipient', () => {
    expect(contentOf(paper(), () => once('')).mottaker).to.equal(null);
  });
});

describe('channels/registry', () => {
  it('R-14: mailbox, print and receiving systems are what can be handed on', () => {
    const list = channels({ sdp: {} as unknown as SdpDeps, svarinn: {} as unknown as ChannelDeps['svarinn'] });
    expect([...list.keys()]).to.deep.equal(['POSTKASSE', 'UTSKRIFT', 'SVARINN']);
  });
});
