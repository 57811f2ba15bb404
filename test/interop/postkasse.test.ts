import { join } from 'node:path';
import { expect } from 'chai';
import { PATH } from '../../src/contract/postkasse/names.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { resident } from '../support/forsendelser.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { needs, python, run } from './support.js';

const script = join(import.meta.dirname, 'python/postkasse.py');

describe('zeep as a mailbox provider', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  before(needs('zeep'));
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway?.stop());

  /** What zeep made of the answer. */
  async function call(provider: string, operation: string, fields: Readonly<Record<string, string>>): Promise<unknown> {
    const pairs = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    const url = gateway.base + PATH;
    const { stdout, stderr } = await run(python, [script, url, gateway.certs, provider, operation, ...pairs]);
    expect(stdout, stderr).not.to.equal('');
    return JSON.parse(stdout);
  }

  it('R-26, R-28: asks, chooses, changes and deletes by the WSDL alone, and believes the signed answers', async () => {
    const person = resident();
    await gateway.store.unitOfWork((tx) => tx.upsertPersons([person]));
    const { personidentifikator } = person;
    const level4 = { eid: 'Buypass', sikkerhetsnivaa: '4' };
    const own = { personidentifikator, virksomhetsidentifikator: identities.eboks.organisasjonsnummer };
    const yes = (status: string) => ({ status, beskrivelse: null, signerteSvar: 1 });
    const can = 'KanVelgeSikkerDigitalPostkasse';
    const choose = 'OpprettOgVelgSikkerDigitalPostkasse';
    expect(await call('eboks', can, { personidentifikator, ...level4 })).to.deep.equal(yes('JA'));
    const made = { ...own, postkasseadresse: '0000485887', ...level4 };
    expect(await call('eboks', choose, made)).to.deep.equal(yes('OK'));
    expect(await call('eboks', choose, made)).to.deep.equal({
      status: 'FEILET',
      beskrivelse: 'POSTKASSE_EKSISTERER_ALLEREDE',
      signerteSvar: 1,
    });
    expect(await call('eboks', 'OppdaterPostkasse', { ...own, postkasseadresse: '0000485888' })).to.deep.equal(yes('OK'));
    expect(await call('eboks', 'SlettPostkasse', own)).to.deep.equal(yes('OK'));
    const { feil } = (await call('sender', can, { personidentifikator, ...level4 })) as { feil: string };
    expect(feil).to.contain('does not have access to POSTKASSETJENESTER');
  });
});
