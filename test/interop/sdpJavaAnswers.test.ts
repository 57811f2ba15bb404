import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { ebmsFault, payloadReferences } from '../../src/contract/ebms/encode.js';
import { ebmsErrors, type EbmsErrorName } from '../../src/contract/ebms/errors.js';
import type { Payload } from '../../src/contract/sdp/types.js';
import { DS } from '../../src/soap/names.js';
import { attribute, childrenNamed, type XmlElement } from '../../src/xml/model.js';
import { printLetter } from './javaLetters.js';
import { fetchReceipt, sendLetter, thrownBy, type JavaDriver } from './javaSdp.js';
import { broker, handsOver, keyOf, pki, receiptDocument, startJavaWire, type JavaWire } from './javaWire.js';
import { infoFor, receiptFor, type Asked, type StubBroker } from './stubBroker.js';
import { needs } from './support.js';

const { sender, utskrift } = pki.identities;

describe('what the Java clients make of our answers', () => {
  let wire: JavaWire;
  let [java, stub]: [JavaDriver, StubBroker] = [undefined!, undefined!];
  before(needs('javaSdp'));
  before(async () => {
    wire = await startJavaWire();
    ({ java, stub } = wire);
  });
  after(() => wire?.stop());

  const conversation = randomUUID();
  const tidspunkt = new Date('2026-03-01T10:11:12.345Z');
  const kvittering = (type: 'mottak' | 'levering' | 'aapning' | 'returpost'): Payload => ({
    ...{ type: 'kvittering', tidspunkt },
    hendelse: { type },
  });
  const send = () => sendLetter(java, printLetter(utskrift));
  const fetchOne = () => fetchReceipt(java, { prioritet: 'NORMAL' });
  const handIn = () => {
    const order = { prioritet: 'NORMAL', mottaker: sender.organisasjonsnummer, konversasjonsId: randomUUID() };
    return java.order('postkasse', 'levering', order);
  };

  describe('receipts that it takes', () => {
    const feilet = { type: 'varslingfeilet', varslingskanal: 'EPOST', beskrivelse: 'Ukjent adresse' } as const;
    const cases: readonly (readonly [string, Payload, Readonly<Record<string, string>>])[] = [
      ['MottaksKvittering', kvittering('mottak'), {}],
      ['LeveringsKvittering', kvittering('levering'), {}],
      ['AapningsKvittering', kvittering('aapning'), {}],
      ['ReturpostKvittering', kvittering('returpost'), {}],
      [
        'VarslingFeiletKvittering',
        { type: 'kvittering', tidspunkt, hendelse: feilet },
        { varslingskanal: 'EPOST', beskrivelse: 'Ukjent adresse' },
      ],
      [
        'Feil',
        { type: 'feil', tidspunkt, feiltype: 'SERVER', detaljer: 'Nede' },
        { feiltype: 'SERVER', detaljer: 'Nede' },
      ],
    ];
    for (const [type, payload, more] of cases) {
      it(`${type}, in both canonical forms`, async () => {
        for (const form of ['inclusive', 'exclusive'] as const) {
          stub.answer = handsOver(await receiptDocument(payload, conversation, form));
          const got = await fetchOne();
          expect(got).to.include({ type, konversasjonsId: conversation, tidspunkt: tidspunkt.toISOString(), ...more });
          expect(got?.referanseTilMeldingId).to.equal(stub.asked.at(-1)?.messageId);
        }
      });
    }
  });

  describe('errors that it gives its caller', () => {
    const names: readonly EbmsErrorName[] = [
      'VALUE_NOT_RECOGNIZED',
      'VALUE_INCONSISTENT',
      'OTHER',
      'MIME_INCONSISTENCY',
      'FEATURE_NOT_SUPPORTED',
      'INVALID_HEADER',
      'FAILED_AUTHENTICATION',
      'POLICY_NONCOMPLIANCE',
    ];
    for (const name of names) {
      const { code } = ebmsErrors[name];
      it(`${code} is an EbmsException to a sender, and its own exception to a provider`, async () => {
        stub.answer = async (asked) => ({
          status: 500,
          body: ebmsFault(infoFor(asked), ebmsErrors[name], 'Noe er galt'),
        });
        const type = name === 'OTHER' ? 'MessageSenderOtherEbmsErrorException' : 'MessageSenderEbmsErrorException';
        expect(await thrownBy(handIn())).to.include({ type, kode: code });
        const expected = { type: 'EbmsException', antattSkyldig: 'KLIENT', kode: code, beskrivelse: 'Noe er galt' };
        expect(await thrownBy(send())).to.include(expected);
        expect(await thrownBy(fetchOne())).to.include(expected);
      });
    }

    it('another HTTP status is a SendIOException', async () => {
      stub.answer = async () => ({ status: 503, contentType: 'text/plain', body: 'later' });
      expect(await thrownBy(send())).to.include({ type: 'SendIOException' });
    });
  });

  describe('answers that it refuses', () => {
    const altered = (asked: Asked): XmlElement[] =>
      payloadReferences(asked.trusted).map((reference) => {
        const [value] = childrenNamed(reference, DS, 'DigestValue');
        const other = { ...(value as XmlElement), children: [Buffer.alloc(32).toString('base64')] };
        return { ...reference, children: reference.children.map((child) => (child === value ? other : child)) };
      });
    const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);
    const cases: readonly (readonly [string, StubBroker['answer'], string, RegExp])[] = [
      ['a receipt for other digests', (asked) => receiptFor(asked, broker, altered(asked)), 'SendException', /Unexpected digest value/],
      [
        'a receipt for the package only',
        (asked) =>
          receiptFor(
            asked,
            broker,
            payloadReferences(asked.trusted).filter((r) => attribute(r, 'URI') !== '#soapBody'),
          ),
        'SendException',
        /Missing NonRepudiationInformation/,
      ],
      ['by another organisation', (asked) => receiptFor(asked, keyOf('posthorn')), 'ValideringException', /Unexpected signer/],
      ['of three minutes ago', (asked) => receiptFor(asked, broker, undefined, ago(180)), 'SendException', /timestamp has expired/],
      ['of two minutes from now', (asked) => receiptFor(asked, broker, undefined, ago(-120)), 'SendException', /timestamp is out of range/],
    ];
    for (const [what, answer, type, text] of cases) {
      it(what, async () => {
        stub.answer = answer;
        const thrown = await thrownBy(send());
        expect(thrown.type).to.equal(type);
        expect(thrown.tekst).to.match(text);
        expect((await thrownBy(handIn())).tekst).to.match(text);
      });
    }
  });
});
