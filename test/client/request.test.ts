import { expect } from 'chai';
import { signRequest } from '../../src/client/request.js';
import { encodeHentPersoner, encodePaaVegneAv } from '../../src/contract/oppslagstjenesten/encode.js';
import { headerBlocks, tns, WSDL_NS } from '../../src/contract/oppslagstjenesten/names.js';
import { secondOpinion } from '../../src/diagnosis/secondOpinion.js';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import { verify } from '../../src/security/signature.js';
import type { Trusted } from '../../src/security/trusted.js';
import { SOAP12 } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { element, serialise } from '../../src/xml/write.js';
import { caller } from '../support/answers.js';
import { testTime, trustOf } from '../support/pki.js';

const content = encodeHentPersoner(['Kontaktinfo'], ['23863814839']);

/** No named exception is on: what we send needs none. */
const strict = oppslagstjenestenPolicy(
  { sha1Digest: false, timestampWithoutTransforms: false, oaepSha1Cbc: false },
  headerBlocks,
);

async function* octetsOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

const verified = (envelope: string): Promise<Trusted> =>
  verify({ stream: octetsOf(envelope) }, strict, { trust: trustOf(caller), clock: { now: () => testTime } });

const sign = (operation: XmlElement = content, blocks: readonly XmlElement[] = []) =>
  signRequest(operation, blocks, caller.key, testTime);

const uris = (envelope: string): string[] =>
  [...envelope.matchAll(/<ds:Reference URI="#(\w+)-/g)].map(([, id]) => id ?? '');

describe('client/request', () => {
  it('is a SOAP 1.2 envelope that every check passes without a named exception', async () => {
    const { envelope, signatureValue } = await sign();
    const trusted = await verified(envelope);
    expect(trusted).to.include({ version: '1.2', signatureValue, action: undefined });
    expect(trusted.principal.organisasjonsnummer).to.equal('310000019');
    expect(serialise(trusted.operation)).to.equal(serialise(content));
  });

  it('signs Timestamp and Body, and every header block', async () => {
    expect(uris((await sign()).envelope)).to.deep.equal(['TS', 'id']);
    const { envelope } = await sign(content, [encodePaaVegneAv('310000019')]);
    expect(uris(envelope)).to.deep.equal(['TS', 'id', 'id']);
    const { blocks } = await verified(envelope);
    expect(blocks.map((b) => [b.ns, b.local, textOf(childElements(b)[0] as XmlElement)])).to.deep.equal([
      [tns.uri, 'Oppslagstjenesten', '310000019'],
    ]);
    const wsdl = { prefix: 'w', uri: WSDL_NS };
    const inWsdl = element(wsdl, 'Oppslagstjenesten', {}, [element(wsdl, 'PaaVegneAv', {}, ['310000019'])]);
    expect((await verified((await sign(content, [inWsdl])).envelope)).blocks[0]?.ns).to.equal(WSDL_NS);
  });

  it('has Timestamp, BinarySecurityToken, Signature in Security, which must be understood', async () => {
    const root = parse((await sign()).envelope);
    const [security] = childElements(childElements(root)[0] as XmlElement) as [XmlElement];
    expect(childElements(security).map((e) => e.local)).to.deep.equal([
      'Timestamp',
      'BinarySecurityToken',
      'Signature',
    ]);
    expect(attribute(security, 'mustUnderstand', SOAP12)).to.equal('true');
    const times = childElements(childElements(security)[0] as XmlElement).map(textOf);
    expect(times).to.deep.equal(['2026-03-02T12:00:00.000Z', '2026-03-02T12:02:00.000Z']);
  });

  it('verifies in xml-crypto, part by part', async () => {
    const { envelope } = await sign(content, [encodePaaVegneAv('310000019')]);
    const { ok, references } = secondOpinion(envelope, caller.parsed.publicKey);
    expect([ok, references.map((r) => r.ok)]).to.deep.equal([true, [true, true, true]]);
  });

  it('has other Ids and another signature every time, so that no two are one request', async () => {
    const [first, second] = [await sign(), await sign()];
    expect(first.signatureValue).not.to.equal(second.signatureValue);
    const [a, b] = [await verified(first.envelope), await verified(second.envelope)];
    expect(a.replay.key.equals(b.replay.key)).to.equal(false);
  });

  it('gives the SignatureValue that stands in the envelope', async () => {
    const { envelope, signatureValue } = await sign();
    expect(envelope).to.contain(`<ds:SignatureValue>${signatureValue}</ds:SignatureValue>`);
  });

  it('SECURITY 20: carries ]]>, CR, NEL and quotes as they are', async () => {
    const nasty = `]]>\r\n\r\u0085\u2028"'<&>\t\u{1f4ef}`;
    const operation = element(tns, 'HentPersonerForespoersel', { a: nasty }, [nasty]);
    const trusted = await verified((await sign(operation)).envelope);
    expect([textOf(trusted.operation), attribute(trusted.operation, 'a')]).to.deep.equal([nasty, nasty]);
  });

  it('is not to be had for a character that XML cannot hold', async () => {
    const outcome = await sign(encodeHentPersoner([], ['\u0000'])).catch((error: unknown) => error);
    expect(outcome).to.have.property('code', 'INTERNAL');
  });
});
