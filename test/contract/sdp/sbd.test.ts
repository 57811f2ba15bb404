import { expect } from 'chai';
import { decodeSbd, encodeSbd } from '../../../src/contract/sdp/sbd.js';
import { parse } from '../../../src/xml/tree.js';
import { serialise } from '../../../src/xml/write.js';
import { failureOf } from '../../support/pki.js';
import { digital, documentOf, flyttet, fysisk, payloads } from './support.js';

const written = (name: keyof typeof payloads): string => serialise(encodeSbd(documentOf(payloads[name]!)));
const decoded = (xml: string) => decodeSbd(parse(xml));
const letter = serialise(encodeSbd(documentOf(digital)));
const print = serialise(encodeSbd(documentOf(fysisk)));
const moved = serialise(encodeSbd(documentOf(flyttet)));

/** `letter` with one piece of it changed, which must be there once. */
function changed(xml: string, from: string, to: string): string {
  expect(xml.split(from), from).to.have.length(2);
  return xml.replace(from, () => to);
}

describe('StandardBusinessDocument', () => {
  for (const name of Object.keys(payloads)) {
    it(`comes back as it was written: ${name}`, () => {
      expect(decoded(written(name))).to.deep.equal(documentOf(payloads[name]!));
    });
  }

  it('feil always has detaljer, which a known client needs', () => {
    const feil = { type: 'feil', tidspunkt: new Date(0), feiltype: 'SERVER', detaljer: null } as const;
    expect(serialise(encodeSbd(documentOf(feil)))).to.contain('detaljer></ns9:detaljer');
  });

  const accepted: readonly (readonly [string, string, string])[] = [
    [
      'the authority of the Java client',
      'urn:oasis:names:tc:ebcore:partyid-type:iso6523:9908">9908:310000019',
      'iso6523-actorid-upis">9908:310000019',
    ],
    ['the prefix 0192', '>9908:996460320<', '>0192:996460320<'],
    ['no prefix', '>9908:996460320<', '>996460320<'],
    ['an instant with an offset and seven decimals', '2026-03-02T11:59:58.123Z', '2026-03-02T12:59:58.1230000+01:00'],
    ['true as 1', 'aapningskvittering>true', 'aapningskvittering>1'],
    ['no authority of organisasjon', ' authority="iso6523-actorid-upis"', ''],
    ['a maskinportentoken', '</ns9:varsler>', '</ns9:varsler><ns9:maskinportentoken>x</ns9:maskinportentoken>'],
    ['a comment', '<ns9:avsender>', '<!-- x --><ns9:avsender>'],
  ];
  for (const [what, from, to] of accepted) {
    it(`accepts ${what}`, () => {
      expect(decoded(changed(letter, from, to))).to.deep.equal(documentOf(digital));
    });
  }

  it('takes a receipt without a zone as Norwegian time', () => {
    const { payload } = decoded(changed(written('levering'), '2026-03-02T12:00:00.000Z', '2026-03-02T13:00:00'));
    expect(payload).to.deep.equal(payloads['levering']);
  });

  const refused: readonly (readonly [string, string, string, string])[] = [
    ['moved mail without the day that it came', moved, '<ns9:mottaksdato>2026-02-01</ns9:mottaksdato>', ''],
    ['moved mail that came on no day', moved, '2026-02-01', '2026-02-31'],
    ['moved mail that is neither opened nor not', moved, 'aapnet>true', 'aapnet>ja'],
    ['another Type than moved mail', moved, 'ns3:Type>flyttetDigitalPost', 'ns3:Type>digitalPost'],
    ['a root in another namespace', letter, 'namespaces/StandardBusinessDocumentHeader', 'namespaces/Other'],
    ['another HeaderVersion', letter, 'HeaderVersion>1.0<', 'HeaderVersion>1.1<'],
    ['another Standard', letter, 'Standard>urn:no:difi:sdp:1.0<', 'Standard>urn:no:difi.sdp:1.0<'],
    ['another TypeVersion', letter, 'TypeVersion>1.0<', 'TypeVersion>2.0<'],
    ['an InstanceIdentifier that is no UUID', letter, 'E4880724-3e98', 'E4880724.3e98'],
    ['a ConversationId that is no UUID', letter, '537ded9b-13b9-45d3-beca-750d1b3eed25', '537ded9b'],
    ['another scope', letter, '>ConversationId<', '>CorrelationId<'],
    [
      'another Identifier of the scope',
      letter,
      'Identifier>urn:no:difi:sdp:1.0</ns3:Identifier',
      'Identifier>urn:x</ns3:Identifier',
    ],
    ['two scopes', letter, '</ns3:Scope>', '</ns3:Scope><ns3:Scope></ns3:Scope>'],
    ['no scope', letter, '<ns3:BusinessScope>', '<ns3:BusinessScope></ns3:BusinessScope><ns3:BusinessScope>'],
    ['a Type that is not the payload', letter, 'ns3:Type>digitalPost<', 'ns3:Type>kvittering<'],
    ['an unknown authority', letter, 'iso6523:9908">9908:310000019', 'iso6523:9909">9908:310000019'],
    ['an unknown prefix', letter, '>9908:996460320<', '>9909:996460320<'],
    ['eight digits', letter, '>9908:996460320<', '>9908:99646032<'],
    ['an instant that is none', letter, '2026-03-02T11:59:58.123Z', '2026-02-30T11:59:58.123Z'],
    ['an instant without zone (R-35)', letter, '2026-03-04T08:00:00.000Z', '2026-03-04T08:00:00.000'],
    ['sikkerhetsnivaa 2', letter, 'sikkerhetsnivaa>4', 'sikkerhetsnivaa>2'],
    ['a personidentifikator of ten digits', letter, '17051400000', '1705140000'],
    ['dagerEtter 26 (R-17)', letter, 'dagerEtter>7<', 'dagerEtter>26<'],
    ['dagerEtter twice (R-17)', letter, 'dagerEtter>7<', 'dagerEtter>0<'],
    ['a text without language', letter, ' lang="nn"', ''],
    ['a text of an SMS that is too long', letter, '>Post<', `>${'x'.repeat(161)}<`],
    ['an empty title', letter, '>Brev fra &lt;Prøve&gt; &amp; kommune 💌<', '><'],
    ['an unknown element', letter, '<ns9:mottaker>', '<ns9:ukjent/><ns9:mottaker>'],
    [
      'an element in another namespace',
      letter,
      '<ns9:aapningskvittering>true</ns9:aapningskvittering>',
      '<ns3:aapningskvittering>true</ns3:aapningskvittering>',
    ],
    ['text between elements', letter, '<ns9:mottaker>', 'x<ns9:mottaker>'],
    ['an element inside a value', letter, '17051400000', '17051400000<ns9:x/>'],
    ['another DigestMethod', letter, 'xmlenc#sha256', 'xmlenc#sha512'],
    ['a digest of another length', letter, 'DigestValue>q6urq', 'DigestValue>q6ur'],
    [
      'both mailbox and print',
      print,
      '<ns9:dokumentpakkefingeravtrykk>',
      '<ns9:mottaker/><ns9:dokumentpakkefingeravtrykk>',
    ],
    ['a post code of three digits', print, '>0151<', '>151<'],
    ['a country code of three letters', print, '>SE<', '>SWE<'],
    ['SORT_HVITT', print, '>FARGE<', '>SORT_HVITT<'],
    ['an address line of 101 characters', print, '>Storgata 1<', `>${'x'.repeat(101)}<`],
    ['two receipts in one', written('mottak'), '<ns9:mottak></ns9:mottak>', '<ns9:mottak/><ns9:levering/>'],
    ['a receipt with something in it', written('mottak'), '<ns9:mottak></ns9:mottak>', '<ns9:mottak>x</ns9:mottak>'],
    ['a receipt of no known kind', written('mottak'), '<ns9:mottak></ns9:mottak>', '<ns9:lest/>'],
    ['an unknown channel', written('varslingfeilet'), '>SMS<', '>FAKS<'],
    ['an unknown feiltype', written('feil'), '>KLIENT<', '>NETT<'],
    [
      'a second payload',
      written('feil'),
      '</ns3:StandardBusinessDocument>',
      '<ns9:feil/></ns3:StandardBusinessDocument>',
    ],
  ];
  for (const [what, xml, from, to] of refused) {
    it(`refuses ${what}`, () => {
      const failure = failureOf(() => decoded(changed(xml, from, to)));
      expect(failure.code).to.equal('INVALID_REQUEST');
      expect(failure.values['reason']).to.be.a('string').that.is.not.empty;
    });
  }
});
