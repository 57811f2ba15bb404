import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { PATH, tns } from '../../src/contract/postkasse/names.js';
import type { IdentityName } from '../../src/sandbox/pki/identities.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { goodRequest, post } from '../support/messages.js';
import { validator, type Validate } from '../support/xsd.js';
import { readProject, soapUiRequests, type SoapUiRequest } from './extract.js';

const suite = 'Postkassetjenester v1';
const file = new URL('../../wsdl/soapui/posthorn-soapui-project.xml', import.meta.url);
const requests = soapUiRequests(suite);

/** The child of Body as a document of its own. */
const bodyOf = ({ envelope }: SoapUiRequest): string =>
  (/<env:Body>\s*([^]*\S)\s*<\/env:Body>/.exec(envelope)?.[1] ?? '').replace(/^<p:\w+/, `$& xmlns:p="${tns.uri}"`);

describe('the SoapUI project: Postkassetjenester v1', () => {
  it('calls every operation, signed by a provider with Timestamp and Body', () => {
    const good = requests.filter((r) => r.expects.contains.some((c) => c === 'JA' || c === '>OK<'));
    expect(new Set(good.map((r) => r.operation))).to.have.keys(
      'KanVelgeSikkerDigitalPostkasse',
      'OpprettOgVelgSikkerDigitalPostkasse',
      'OppdaterPostkasse',
      'SlettPostkasse',
    );
    expect(new Set(good.map((r) => r.wss?.keyAlias))).to.have.keys('digipost', 'eboks');
    for (const { name, endpoint, wss } of requests) {
      expect(endpoint, name).to.equal(`http://localhost:8080${PATH}`);
      expect(
        wss?.parts.map((part) => part.name),
        name,
      ).to.deep.equal(['Timestamp', 'Body']);
    }
  });

  it('has the same requests below the operations, each with a name of its own', () => {
    const bare = (list: readonly SoapUiRequest[]) => list.map((r) => ({ ...r, expects: undefined }));
    expect(bare(readProject(readFileSync(file, 'utf8'), suite).calls)).to.have.deep.members(bare(requests));
    expect(new Set(requests.map((r) => r.name)).size).to.equal(requests.length);
  });

  describe('against the schema and a gateway', function () {
    this.timeout(60_000);
    let validate: Validate;
    let gateway: TestGateway;
    before(async () => {
      validate = validator(['postkassetjenester.xsd']);
      gateway = await startGateway();
    });
    after(async () => {
      validate.dispose();
      await gateway.stop();
    });

    for (const round of ['the first time', 'again']) {
      for (const request of requests) {
        const { name, expects, wss } = request;
        it(`${name}: ${expects.fault ? 'is refused' : 'is answered'} ${round}`, async () => {
          expect(validate(bodyOf(request))).to.deep.equal([]);
          const key = gateway.pki.identities[wss?.keyAlias as IdentityName];
          const { text } = goodRequest({ key, operation: bodyOf(request) });
          const answer = await post({ url: gateway.base + PATH }, text);
          expect(answer.status, answer.text).to.equal(expects.fault ? 500 : 200);
          for (const token of expects.contains) expect(answer.text).to.contain(token);
        });
      }
    }
  });
});
