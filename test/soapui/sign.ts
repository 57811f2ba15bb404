import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { SignedXml } from 'xml-crypto';
import { loadPkcs12 } from '../../src/security/keystore.js';
import type { KeyStore } from '../../src/security/keystore.js';
import { WSSE, WSU } from '../../src/soap/names.js';
import type { TestGateway } from '../support/gateway.js';
import { BASE64, X509V3 } from '../support/messages.js';
import type { Outgoing } from './extract.js';

/* Signs requests of the SoapUI project as its outgoing configurations say, by an engine that we did not write. */

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
export function sign(envelope: string, wss: Outgoing, key: KeyStore, sentAfter: number): Signed {
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

/** The key that an outgoing configuration names, from the key stores of the gateway. */
export function keyOf(gateway: TestGateway, { keystore, password, keyAlias }: Outgoing): KeyStore {
  const key = loadPkcs12(readFileSync(join(gateway.certs, basename(keystore))), password);
  expect(key.alias).to.equal(keyAlias);
  return key;
}
