import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { post, soapHeaders, swap } from '../../support/messages.js';
import type { Target } from './target.js';
import { expectNothing, expectRefusal, startTarget } from './target.js';

describe('a request that was answered', () => {
  let dataDir: string;
  let target: Target;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'posthorn-replay-'));
    target = await startTarget({ POSTHORN_DATA_DIR: dataDir });
  });
  after(async () => {
    await target.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const answered = async (text: string): Promise<void> => {
    expect((await post(target, text)).status).to.equal(200);
  };

  it('SECURITY 74: is refused when the same octets come again', async () => {
    const { text } = target.good();
    await answered(text);
    await expectNothing(target, 'REPLAYED', () => post(target, text));
    await expectNothing(target, 'REPLAYED', () => post(target, text));
  });

  it('SECURITY 74: is answered once, when it comes 20 times at once', async () => {
    const { text } = target.good();
    const rows = target.rows();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(target, text)));
    const refusals = answers.filter(({ status }) => status !== 200);
    expect(refusals).to.have.length(19);
    for (const refusal of refusals) expectRefusal(refusal, 'REPLAYED');
    expect(target.rows()).to.deep.equal({ replay: rows.replay + 1, audit: rows.audit + 1 });
  });

  it('SECURITY 75: is refused by a second worker, and after a restart', async () => {
    const { text } = target.good();
    await answered(text);
    const second = await startTarget({ POSTHORN_DATA_DIR: dataDir });
    await expectNothing(second, 'REPLAYED', () => post(second, text));
    await second.stop();
    await target.stop();
    target = await startTarget({ POSTHORN_DATA_DIR: dataDir });
    await expectNothing(target, 'REPLAYED', () => post(target, text));
  });

  it('SECURITY 75: is remembered when old ones are removed, until its time alone refuses it', async () => {
    const sent = new Date();
    const { text } = target.good({ at: sent });
    await answered(text);
    await target.store.pruneReplay(new Date(sent.getTime() + 359_000));
    await expectNothing(target, 'REPLAYED', () => post(target, text));
    const before = target.rows().replay;
    await target.store.pruneReplay(new Date(sent.getTime() + 360_001));
    expect(target.rows().replay).to.be.below(before);
  });

  it('SECURITY 76: is refused after every harmless change', async () => {
    const { text, signatureValue } = target.good({ paaVegneAv: '310000019' });
    await answered(text);
    const again: readonly (readonly [string, Record<string, string>])[] = [
      [text.replace('<env:Header>', '\n<env:Header><!-- x -->'), soapHeaders],
      [text.replace(/<env:Envelope /, '<?xml version="1.0"?>\n$&xmlns:unused="urn:x" '), soapHeaders],
      [swap(text, signatureValue, signatureValue.replace(/.{76}/g, '$&\r\n')), soapHeaders],
      [text, { 'Content-Type': 'text/xml', 'X-Other': 'header', 'User-Agent': 'other' }],
      [text.replace('</env:Header>', '<x:New xmlns:x="urn:x"/></env:Header>'), soapHeaders],
    ];
    for (const [changed, headers] of again)
      await expectNothing(target, 'REPLAYED', () => post(target, changed, headers));
  });
});
