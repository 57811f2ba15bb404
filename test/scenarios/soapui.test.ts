import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { SignedXml } from 'xml-crypto';
import { answerPolicy, openAnswer } from '../../src/security/answer.js';
import { loadPkcs12 } from '../../src/security/keystore.js';
import type { KeyStore } from '../../src/security/keystore.js';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import { WSSE, WSU } from '../../src/soap/names.js';
import { serialise } from '../../src/xml/write.js';
import type { Outgoing, SoapUiRequest } from '../soapui/extract.js';
import { soapUiRequests } from '../soapui/extract.js';
import { postRaw, serviceAs } from '../support/caller.js';
import type { TestGateway } from '../support/gateway.js';
import { startGateway } from '../support/gateway.js';
import { BASE64, X509V3 } from '../support/messages.js';

/*
 * Sends every request of the SoapUI project to a fresh gateway, signed as the project says by an engine that we did not write, and holds
 * what comes back against the assertions of the project.
 */

interface Signed {
  readonly envelope: string;
  /** The text of SignatureValue, which the answer confirms. */
  readonly signatureValue: string;
  /** Opens the answer, which is encrypted to the certificate that signed. */
  readonly privateKey: KeyObject;
}

/** The Security header before it is signed: token and Timestamp. */
function securityHeader({ certificate }: KeyStore, created: Date, timeToLive: number): string {
  const expires = new Date(created.getTime() + timeToLive * 1000);
  return (
    `<wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}" env:mustUnderstand="true">` +
    `<wsse:BinarySecurityToken EncodingType="${BASE64}" ValueType="${X509V3}" wsu:Id="token">` +
    `${certificate.toString('base64')}</wsse:BinarySecurityToken>` +
    `<wsu:Timestamp><wsu:Created>${created.toISOString()}</wsu:Created>` +
    `<wsu:Expires>${expires.toISOString()}</wsu:Expires></wsu:Timestamp></wsse:Security>`
  );
}

/** Signs an envelope by an outgoing configuration, `sentAfter` milliseconds ago. */
function sign(envelope: string, wss: Outgoing, key: KeyStore, sentAfter: number): Signed {
  const header = securityHeader(key, new Date(Date.now() - sentAfter), wss.timeToLive);
  const withHeader = envelope.replace(/<env:Header(\/?)>/, (_, empty: string) =>
    empty === '' ? `<env:Header>${header}` : `<env:Header>${header}</env:Header>`,
  );
  const engine = new SignedXml({
    privateKey: key.privateKey,
    idMode: 'wssecurity',
    signatureAlgorithm: wss.signatureAlgorithm,
    canonicalizationAlgorithm: wss.canonicalisation,
    getKeyInfoContent: () =>
      `<wsse:SecurityTokenReference><wsse:Reference URI="#token" ValueType="${X509V3}"/></wsse:SecurityTokenReference>`,
  });
  for (const { name, namespace } of wss.parts) {
    engine.addReference({
      xpath: `//*[local-name(.)='${name}' and namespace-uri(.)='${namespace}']`,
      transforms: [wss.canonicalisation],
      digestAlgorithm: wss.digestAlgorithm,
    });
  }
  engine.computeSignature(withHeader, {
    prefix: 'ds',
    location: { reference: `//*[local-name(.)='BinarySecurityToken']`, action: 'after' },
    existingPrefixes: { wsse: WSSE },
  });
  const signatureValue = /<ds:SignatureValue>([^<]*)</.exec(engine.getSignatureXml())?.[1] ?? '';
  return { envelope: engine.getSignedXml(), signatureValue, privateKey: key.privateKey };
}

const policy = answerPolicy(
  oppslagstjenestenPolicy({ sha1Digest: false, timestampWithoutTransforms: false, oaepSha1Cbc: true }, []),
);

interface Answer {
  readonly fault: boolean;
  /** What SoapUI looks at: the content of Body in the clear, or the fault as it came. */
  readonly text: string;
}

/** The key that an outgoing configuration names, from the key stores of the gateway. */
function keyOf(gateway: TestGateway, { keystore, password, keyAlias }: Outgoing): KeyStore {
  const key = loadPkcs12(readFileSync(join(gateway.certs, basename(keystore))), password);
  expect(key.alias).to.equal(keyAlias);
  return key;
}

/** Sends one request the way SoapUI does. */
async function ask(gateway: TestGateway, { envelope, wss, sentAfter }: SoapUiRequest): Promise<Answer> {
  const sent = wss && sign(envelope, wss, keyOf(gateway, wss), sentAfter);
  const { status, octets, text } = await postRaw(gateway.url, sent?.envelope ?? envelope);
  if (status !== 200 || sent === undefined) return { fault: status === 500, text };
  const { content } = openAnswer(octets, sent.signatureValue, sent.privateKey, policy, serviceAs(gateway, 'sender'));
  return { fault: false, text: serialise(content) };
}

describe('the SoapUI project against a fresh gateway', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  for (const request of soapUiRequests()) {
    const { name, expects } = request;
    it(`${name}: ${expects.fault ? 'is refused' : 'is answered'}`, async () => {
      const { fault, text } = await ask(gateway, request);
      expect(fault, text).to.equal(expects.fault);
      expect(text.includes(':Fault>')).to.equal(expects.fault);
      for (const token of expects.contains) expect(text).to.contain(token);
      for (const token of expects.lacks) expect(text).not.to.contain(token);
    });
  }
});
