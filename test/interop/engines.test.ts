import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { signRequest } from '../../src/client/request.js';
import { encodeHentPersoner, encodePaaVegneAv } from '../../src/contract/oppslagstjenesten/encode.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { signingKey } from '../../src/security/sign.js';
import { startGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { dotnetEnvelope, dotnetPost, hentPersonerBody } from './dotnetlike.js';
import { jdkVerify, needs } from './support.js';
import { xmlsec1Decrypt, xmlsec1Verify } from './xmlsec1.js';

const ids = testpersons(new Date()).map((p) => p.personidentifikator);

describe('what we sign, in xmlsec1 and the XML-DSig of the JDK', () => {
  let gateway: TestGateway;
  before(needs('xmlsec1', 'wss4j'));
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway?.stop());

  async function answer(): Promise<string> {
    const { certs, url } = gateway;
    const { text } = await dotnetPost(url, dotnetEnvelope({ certs, body: hentPersonerBody(['Kontaktinfo'], ids) }));
    return xmlsec1Decrypt(text, `${certs}/sender.key.pem`);
  }

  it('our answer: xmlsec1 decrypts it, and both verify Timestamp, Body and SignatureConfirmation', async () => {
    const plain = await answer();
    for (const id of ids) expect(plain).to.contain(`>${id}<`);
    const { valid, output, signer } = await xmlsec1Verify(plain, `${gateway.certs}/ca.pem`);
    expect(valid, output).to.equal(true);
    expect(signer.subject).to.contain('serialNumber=991825827');
    const { signaturverdi, referanser } = await jdkVerify(plain);
    expect(signaturverdi).to.equal(true);
    expect(referanser.map((r) => [r.element, r.gyldig])).to.deep.equal([
      ['Timestamp', true],
      ['Body', true],
      ['SignatureConfirmation', true],
    ]);
  });

  it('our answer with one digit of a person altered: both refuse Body, and only Body', async () => {
    const altered = (await answer()).replace(`>${ids[0]}<`, `>${ids[1]}<`);
    expect(await xmlsec1Verify(altered, `${gateway.certs}/ca.pem`)).to.include({ valid: false });
    const { referanser } = await jdkVerify(altered);
    expect(referanser.filter((r) => !r.gyldig).map((r) => r.element)).to.deep.equal(['Body']);
  });

  it('our request with PaaVegneAv: both verify Timestamp, Body and Oppslagstjenesten', async () => {
    const pem = (kind: 'key' | 'cert'): string => readFileSync(`${gateway.certs}/supplier.${kind}.pem`, 'utf8');
    const key = signingKey(createPrivateKey(pem('key')), new X509Certificate(pem('cert')).raw);
    const { envelope } = await signRequest(
      encodeHentPersoner(['Person'], ids),
      [encodePaaVegneAv('310000019')],
      key,
      new Date(),
    );
    const { valid, output } = await xmlsec1Verify(envelope, `${gateway.certs}/ca.pem`);
    expect(valid, output).to.equal(true);
    const { signaturverdi, referanser } = await jdkVerify(envelope);
    expect(signaturverdi).to.equal(true);
    expect(referanser.every((r) => r.gyldig)).to.equal(true);
    expect(referanser.map((r) => r.element)).to.have.members(['Timestamp', 'Body', 'Oppslagstjenesten']);
  });
});
