import { expect } from 'chai';
import { decodeForesporsel } from '../../../src/contract/postkasse/decode.js';
import { decodeSvar, encodeForesporsel, encodeSvar } from '../../../src/contract/postkasse/encode.js';
import { tns, type Foresporsel, type Operasjon } from '../../../src/contract/postkasse/names.js';
import { avslag } from '../../../src/domain/postkasse.js';
import { limits } from '../../../src/limits.js';
import { parse } from '../../../src/xml/tree.js';
import { serialise } from '../../../src/xml/write.js';
import { kanVelge, oppdater, opprett, slett, textOfRequest } from '../../support/mailboxes.js';
import { swap } from '../../support/messages.js';
import { failureOf } from '../../support/pki.js';
import { validator, type Validate } from '../../support/xsd.js';

const requests: readonly Foresporsel[] = [
  kanVelge({ eid: 'MinID', sikkerhetsnivaa: 3 }),
  opprett({ sertifikat: Buffer.alloc(300, 7) }),
  opprett(),
  oppdater({ sertifikat: Buffer.from([1]) }),
  oppdater(),
  slett(),
];
const decoded = (xml: string): Foresporsel => decodeForesporsel({ operation: parse(xml) });

describe('contract/postkasse', () => {
  let validate: Validate;
  before(() => (validate = validator(['postkassetjenester.xsd'])));
  after(() => validate.dispose());

  for (const request of requests) {
    it(`reads ${request.operasjon} as it was written`, () => {
      const xml = textOfRequest(request);
      expect(validate(xml)).to.deep.equal([]);
      expect(decoded(xml)).to.deep.equal(request);
    });
  }

  it('answers by the schema, with every code, and reads what it answers', () => {
    const operasjoner = [...new Set(requests.map(({ operasjon }) => operasjon))];
    for (const operasjon of operasjoner) {
      for (const grunn of [undefined, ...avslag]) {
        const answer = encodeSvar(operasjon, grunn);
        expect(validate(serialise(answer))).to.deep.equal([]);
        expect(decodeSvar(operasjon, answer)).to.deep.equal({ ja: grunn === undefined, beskrivelse: grunn ?? '' });
      }
    }
  });

  it('has the words of the catalogue for yes and no', () => {
    const said = (operasjon: Operasjon, no: boolean): string | undefined =>
      /status>([^<]*)</.exec(serialise(encodeSvar(operasjon, no ? 'RESERVERT' : undefined)))?.[1];
    expect([false, true].map((no) => said('KanVelgeSikkerDigitalPostkasse', no))).to.deep.equal(['JA', 'NEI']);
    for (const operasjon of ['OpprettOgVelgSikkerDigitalPostkasse', 'OppdaterPostkasse', 'SlettPostkasse'] as const) {
      expect([false, true].map((no) => said(operasjon, no))).to.deep.equal(['OK', 'FEILET']);
    }
  });

  const good = textOfRequest(opprett({ sertifikat: Buffer.alloc(3) }));
  const broken: readonly (readonly [what: string, from: string, to: string])[] = [
    ['another namespace', tns.uri, 'urn:x'],
    ['an operation that there is not', 'OpprettOgVelgSikkerDigitalPostkasseForespoersel', 'OpprettForespoersel'],
    ['an answer', 'OpprettOgVelgSikkerDigitalPostkasseForespoersel', 'OpprettOgVelgSikkerDigitalPostkasseRespons'],
    ['no person', '<p:personidentifikator>23863814839</p:personidentifikator>', ''],
    ['two persons', '<p:virksomhetsidentifikator>', '<p:personidentifikator/><p:virksomhetsidentifikator>'],
    ['no provider', '<p:virksomhetsidentifikator>996460320</p:virksomhetsidentifikator>', ''],
    ['no address', '<p:postkasseadresse>0000485887</p:postkasseadresse>', ''],
    ['R-26: no eID', '<p:eid>BankID</p:eid>', ''],
    ['R-26: an eID that is none', '>BankID<', '>Facebook<'],
    ['R-26: no level', '<p:sikkerhetsnivaa>4</p:sikkerhetsnivaa>', ''],
    ['R-26: a level that is none', '>4</p:sikkerhetsnivaa>', '>5</p:sikkerhetsnivaa>'],
    ['R-26: a level with a sign', '>4</p:sikkerhetsnivaa>', '>+4</p:sikkerhetsnivaa>'],
    ['a certificate that is no base64', '>AAAA<', '>A-A=<'],
    ['an attribute that the contract has not', '<p:eid>', '<p:eid a="b">'],
    ['an element in a value', '>BankID<', '><p:x/>BankID<'],
    ['text between elements', '<p:eid>', 'x<p:eid>'],
    ['an address with a control character', '>0000485887<', '>0000&#x85;485887<'],
    ['an address with a line end', '>0000485887<', '>0000\n485887<'],
    ['an address that ends in space', '>0000485887<', '>0000485887 <'],
  ];
  for (const [what, from, to] of broken) {
    it(`refuses ${what}: INVALID_REQUEST`, () => {
      const xml = from.startsWith('Opprett') ? good.replaceAll(from, to) : swap(good, from, to);
      const { code, values } = failureOf(() => decoded(xml));
      expect(code).to.equal('INVALID_REQUEST');
      expect(JSON.stringify(values)).not.to.contain('23863814839');
    });
  }

  const sizes: readonly (readonly [string, (n: number) => Foresporsel, number, number])[] = [
    ['address', (n) => opprett({ postkasseadresse: 'å'.repeat(n) }), 8, 100],
    ['certificate', (n) => opprett({ sertifikat: Buffer.alloc(n) }), 0, limits.certificateBytes],
    ['number', (n) => slett({ personidentifikator: '1'.repeat(n) }), 0, 100],
  ];
  for (const [what, made, least, most] of sizes) {
    it(`takes the ${what} of ${least} to ${most}, and no other`, () => {
      const taken = (n: number): boolean => {
        try {
          return decoded(textOfRequest(made(n))) !== undefined;
        } catch {
          return false;
        }
      };
      const around = [least - 1, least, least + 1, most - 1, most, most + 1].filter((n) => n >= 0);
      expect(around.map(taken)).to.deep.equal(around.map((n) => n >= least && n <= most));
    });
  }

  it('reads no answer of another operation, without a status, or with one that is none', () => {
    const answer = serialise(encodeSvar('OppdaterPostkasse', undefined));
    for (const [operasjon, xml] of [
      ['SlettPostkasse', answer],
      ['OppdaterPostkasse', answer.replace('>OK<', '>JA<')],
      ['OppdaterPostkasse', serialise(encodeForesporsel(oppdater()))],
      ['OppdaterPostkasse', answer.replaceAll(tns.uri, 'urn:x')],
    ] as const) {
      expect(failureOf(() => decodeSvar(operasjon, parse(xml))).code).to.equal('MALFORMED_XML');
    }
  });
});
