import { expect } from 'chai';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { startGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { call, needs } from './support.js';

describe('WSS4J with the rules of the Basic Security Profile on', () => {
  let gateway: TestGateway;
  before(needs('wss4j'));
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway?.stop());

  const ids = [testpersons(new Date())[0]?.personidentifikator ?? ''];
  const variants = {
    cxf: 'as the official Java sample: SHA-1 digests, PrefixLists, certificate by direct reference',
    keyidentifier: 'certificate inside KeyIdentifier, no BinarySecurityToken',
    sha256: 'SHA-256 digests',
    soapui: 'SignedInfo in C14N 1.0 with comments, as SoapUI has it',
  } as const;

  for (const variant of ['cxf', 'keyidentifier', 'sha256', 'soapui'] as const) {
    for (const [how, options] of [
      ['', {}],
      [', for another', { as: 'supplier', paaVegneAv: '310000019' }],
    ] as const) {
      it(`request accepted, answer accepted: ${variants[variant]}${how}`, async () => {
        const report = await call('wss4j', gateway, 'HentPersoner', { behov: ['Person'], ids, variant, ...options });
        expect(report.avvist).to.equal(undefined);
        expect(report.feil).to.equal(undefined);
        expect(report.svar?.personer?.map((p) => p.personidentifikator)).to.deep.equal(ids);
        expect(report.resultater).to.deep.equal([
          'Encrypt',
          'BinarySecurityToken',
          'Signature',
          'Timestamp',
          'SignatureConfirmation',
        ]);
        expect(report.signert).to.deep.equal(['Timestamp', 'Body', 'SignatureConfirmation']);
        expect(report.kryptert).to.deep.equal(['Body']);
        expect(report.signatar).to.contain('serialNumber=991825827');
        expect(report.body).to.match(/^<ns3:HentPersonerRespons /);
      });
    }
  }
});
