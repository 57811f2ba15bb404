import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { pack } from '../../src/package/asice.js';
import { encryptCms } from '../../src/security/cms.js';
import { signingKey } from '../../src/security/sign.js';
import { parseCertificate } from '../../src/security/x509.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { collect, file, innhold } from '../package/support.js';
import { dotnetConfirm, dotnetLetter, dotnetPull, dotnetSend, type DotnetLetter } from './dotnetSdp.js';
import { dotnetAccepted, dotnetError, dotnetPulled, type DotnetReceipt } from './dotnetSdpAnswers.js';
import { comesAgain } from './queue.js';
import { startHouse, type House } from './sendingClients.js';

const person = testpersons(new Date()).find((p) => p.navn === 'e-boks')?.personidentifikator ?? 'nobody';

describe('a sender with the habits of the official .NET client', () => {
  let house: House;
  before(async () => {
    house = await startHouse();
  });
  after(() => house?.stop());

  const keys = () => ({ certs: house.gateway.certs, name: 'sender' });
  const root = () => `${house.gateway.base}${BROKER_PATH}/`;
  const mpc = 'urn:prioritert:dotnet';
  const queue = { prioritet: 'PRIORITERT', id: 'dotnet' } as const;

  /** A package whose signature names the signer's certificate only, its key under PKCS#1 v1.5. */
  async function letter(changes: Partial<DotnetLetter> = {}): Promise<DotnetLetter> {
    const { sender, eboks } = house.gateway.pki.identities;
    const content = { ...innhold, hoveddokument: file('brev.txt', 'Brev'), vedlegg: [], lenke: null };
    const signer = { key: signingKey(sender.privateKey, sender.certificate), chain: [] };
    const clear = await collect(pack(content, signer, new Date()));
    const open = (async function* () {
      yield clear;
    })();
    const encrypted = encryptCms(open, clear.length, parseCertificate(eboks.certificate), { transport: 'pkcs1' });
    const cms = await collect(encrypted);
    const conversationId = randomUUID();
    return { ...{ receiver: '996460320', personidentifikator: person, mpc, conversationId, cms }, ...changes };
  }

  const send = async (given: DotnetLetter) => {
    const message = dotnetLetter(given, '310000019', keys());
    return { message, answer: await dotnetSend(`${root()}9908:310000019/9908:310000019`, message) };
  };

  async function pull(patience = 30_000): Promise<DotnetReceipt | undefined> {
    for (const end = Date.now() + patience; ; await sleep(100)) {
      const pulled = dotnetPulled(await dotnetSend(root(), dotnetPull(mpc, keys())), house.gateway.certs);
      if (pulled !== undefined || Date.now() > end) return pulled;
    }
  }

  it('sends, is answered for both parts, pulls the receipt in multipart, confirms it by the first digest, and finds the queue empty', async () => {
    const given = await letter();
    const { message, answer } = await send(given);
    dotnetAccepted(answer, message, house.gateway.certs);
    const receipt = await pull();
    expect(receipt).to.include({ conversationId: given.conversationId, kind: 'levering' });
    expect(await comesAgain(house.gateway, '310000019', queue)).to.equal(true);
    await dotnetSend(root(), dotnetConfirm(receipt as DotnetReceipt, keys()));
    expect(await comesAgain(house.gateway, '310000019', queue)).to.equal(false);
    expect(await pull(0)).to.equal(undefined);
  });

  it('reads why a letter is refused', async () => {
    const { answer } = await send(await letter({ receiver: '310000043' }));
    expect(dotnetError(answer)).to.have.property('code', 'EBMS:0001');
  });

  it('a package that was altered on its way is refused', async () => {
    const given = await letter();
    const message = dotnetLetter(given, '310000019', keys());
    const at = message.octets.indexOf(given.cms) + 200;
    message.octets[at] = (message.octets[at] as number) ^ 1;
    const answer = await dotnetSend(`${root()}9908:310000019/9908:310000019`, message);
    expect(dotnetError(answer)).to.have.property('code', 'EBMS:0101');
  });
});
