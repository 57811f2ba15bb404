import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { startGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { needs, run, withFolder } from './support.js';

describe('the contract as it is served', () => {
  let gateway: TestGateway;
  before(needs('gsoap'));
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway?.stop());

  it('wsdl2h of gSOAP follows ?wsdl to both schemas, and names the address that it called', () =>
    withFolder(async (folder) => {
      const header = join(folder, 'service.h');
      const { code, stderr } = await run('wsdl2h', ['-c', '-P', '-o', header, `${gateway.url}?wsdl`]);
      expect(code, stderr).to.equal(0);
      const text = readFileSync(header, 'utf8');
      for (const name of ['HentPersoner', 'HentEndringer', 'HentPrintSertifikat', 'SikkerDigitalPostAdresse']) {
        expect(text).to.contain(name);
      }
      expect(text).to.contain(`port:\t${gateway.url}`);
    }));
});
