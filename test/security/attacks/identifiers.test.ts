import { expect } from 'chai';
import type { Person } from '../../../src/domain/person.js';
import { decodePersons } from '../../../src/contract/oppslagstjenesten/decode.js';
import { answerPolicy, openAnswer } from '../../../src/security/answer.js';
import { createTrust } from '../../../src/security/trust.js';
import { hentPersoner, post, soapHeaders, swap } from '../../support/messages.js';
import type { Message } from '../../support/messages.js';
import { lookupPolicy } from './judge.js';
import type { Target } from './target.js';
import { expectNothing, startTarget } from './target.js';

const escaped = (text: string): string => text.replace(/[&<>]/g, (c) => `&#${c.codePointAt(0)};`);

/** Identifiers that a careless database takes for one another, or for more than identifiers; eleven characters each. */
const near = [
  'abcdefghijk',
  'ABCDEFGHIJK',
  'abcdefghij ',
  'abcdefghij\u00e9',
  'abcdefghije',
  'abcdefghij\u0301',
  ' abcdefghij',
  'abcdefghij\u00a0',
  '\u212bbcdefghijk',
  '\u00c5bcdefghijk',
];
const hostile = [
  "' OR 1=1-- ",
  "\\'; drop --",
  '\u02bc or 1=1-- ',
  '\u{1f600}%%%%%%%%%%',
  '%_%_%_%_%_%',
  '"; select 1',
  '$(reboot)xx',
  '${jndi:a:b}',
];

describe('identifiers', () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
    const person = (personidentifikator: string, index: number): Person => ({
      personidentifikator,
      status: 'AKTIV',
      reservasjon: false,
      mobiltelefonnummer: {
        verdi: `+479990${String(index).padStart(4, '0')}`,
        sistOppdatert: new Date(),
        sistVerifisert: new Date(),
      },
      epostadresse: null,
      postkasse: null,
      spraak: null,
    });
    await target.store.unitOfWork((tx) => tx.upsertPersons(near.map(person)));
  });
  after(() => target.stop());

  const trust = () =>
    createTrust({ anchors: [target.pki.root, target.pki.issuing], crls: () => [], revocation: 'off' });
  const asking = (...ids: readonly string[]): Message => {
    const operation = hentPersoner(...ids.map(escaped)).replace('>Person<', '>Kontaktinfo<');
    return target.good({ operation });
  };
  const answered = async (message: Message) => {
    const { status, text } = await post(target, message.text);
    expect(status, text.slice(0, 500)).to.equal(200);
    const { privateKey } = target.pki.identities.sender;
    const clock = { now: () => new Date() };
    const { content } = openAnswer(
      Buffer.from(text),
      message.signatureValue,
      privateKey,
      answerPolicy(lookupPolicy()),
      { trust: trust(), clock },
    );
    return decodePersons(content);
  };

  it('SECURITY 107: those that only look alike stay different', async () => {
    const persons = await answered(asking(...near));
    expect(persons.map((p) => p.personidentifikator)).to.deep.equal(near);
    expect(persons.map((p) => p.mobiltelefonnummer)).to.deep.equal(
      near.map((_, i) => `+479990${String(i).padStart(4, '0')}`),
    );
    const unknown = ['Abcdefghijk', 'abcdefghijK', 'abcdefghij\t'];
    expect((await answered(asking(...unknown))).map((p) => p.status)).to.deep.equal(
      unknown.map(() => 'IKKE_REGISTRERT'),
    );
  });

  it('SECURITY 106: are data and nothing else', async () => {
    const before = await target.store.reads.changesFrom(0, 1);
    const persons = await answered(asking(...hostile));
    expect(persons.map((p) => [p.personidentifikator, p.status])).to.deep.equal(
      hostile.map((id) => [id, 'IKKE_REGISTRERT']),
    );
    expect((await target.store.reads.changesFrom(0, 1)).seneste).to.equal(before.seneste);
    expect((await answered(asking(near[0]!)))[0]?.status).to.equal('AKTIV');
  });

  it('SECURITY 106: of another length are refused', async () => {
    const reason = 'personidentifikator has 11 characters';
    for (const id of ['', '1', '1'.repeat(300), `${near[0]!}\u0301`])
      await expectNothing(target, 'INVALID_REQUEST', () => post(target, asking(id).text), { reason });
  });

  it('SECURITY 106: acted for are nine digits', async () => {
    const reason = 'PaaVegneAv is one organisation number of nine digits';
    for (const number of ['\u0663'.repeat(9), "310000019' or '1", '3'.repeat(300), '+31000001', ''])
      await expectNothing(target, 'INVALID_REQUEST', () => post(target, target.good({ paaVegneAv: number }).text), {
        reason,
      });
  });

  it('SECURITY 14, 15: are read whole, whatever stands between their characters', async () => {
    const plain = target.good({ operation: hentPersoner('23863<!-- x -->8<![CDATA[14]]>&#56;39') });
    expect((await answered(plain)).map((p) => p.personidentifikator)).to.deep.equal(['23863814839']);
  });

  it('SECURITY 105: long values cost no more than their length', async () => {
    const long = `${'a'.repeat(60_000)}!`;
    const good = target.good();
    const refused = [
      ['INVALID_REQUEST', asking(long).text, { reason: 'personidentifikator has 11 characters' }],
      [
        'INVALID_REQUEST',
        target.good({ paaVegneAv: long }).text,
        { reason: 'PaaVegneAv is one organisation number of nine digits' },
      ],
      ['INVALID_SECURITY', swap(good.text, `URI="#${good.ids.body}"`, `URI="#${long}"`), undefined],
      ['INVALID_SECURITY', swap(good.text, good.signatureValue, long), undefined],
      [
        'INVALID_SECURITY',
        target.good({
          parts: (p) => ({ timestamp: p.timestamp.replace(/Created>[^<]*/, `Created>${'1'.repeat(60_000)}`) }),
        }).text,
        undefined,
      ],
      ['UNSUPPORTED_ALGORITHM', swap(good.text, 'xmldsig-more#rsa-sha256', long), undefined],
      ['MALFORMED_XML', asking('a'.repeat(70_000)).text, undefined],
    ] as const;
    for (const [code, text, values] of refused) await expectNothing(target, code, () => post(target, text), values);
    const type = { 'Content-Type': `application/soap+xml; ${'a=b; '.repeat(1500)}charset="utf-8` };
    await expectNothing(target, 'UNSUPPORTED_MEDIA_TYPE', () => post(target, target.good().text, type));
    const action = { ...soapHeaders, SOAPAction: `"${'/'.repeat(8000)}x"` };
    await expectNothing(target, 'MALFORMED_XML', () => post(target, target.good().text, action));
  });

  it('SECURITY 18: names that objects have mean nothing', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const reason = 'Body holds no operation of this service';
    for (const name of names) {
      const operation = hentPersoner('23863814839').replaceAll('HentPersonerForespoersel', name);
      await expectNothing(target, 'INVALID_REQUEST', () => post(target, target.good({ operation }).text), { reason });
    }
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });
});
