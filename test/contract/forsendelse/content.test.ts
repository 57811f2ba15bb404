import { expect } from 'chai';
import type { ContentStage } from '../../../src/contract/contents/stage.js';
import { stageContents } from '../../../src/contract/forsendelse/content.js';
import { tns } from '../../../src/contract/forsendelse/names.js';
import type { TextSink } from '../../../src/xml/tree.js';
import { element } from '../../../src/xml/write.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';
import { failureOf } from '../../support/pki.js';

const innhold = element(tns, 'innhold');
const sinkOf = (stage: ContentStage): TextSink => {
  const sink = stage.spill(innhold);
  if (sink === undefined) throw new Error('no sink');
  return sink;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('contract/forsendelse/content', () => {
  it('stores contents and leaves tokens that are base64 and that no sender can choose', async () => {
    const payloads = memoryPayloads();
    const stage = stageContents(payloads);
    const tokens = ['QUJD', 'REVG'].map((text) => {
      const sink = sinkOf(stage);
      for (const c of text) sink.write(c);
      return sink.end();
    });
    expect(tokens).to.deep.equal(['AAAAAA==', 'AAAAAQ==']);
    const contents = await stage.settle();
    expect(tokens.map((t) => payloads.stored.get(contents.get(t)?.ref ?? '')?.toString())).to.deep.equal([
      'ABC',
      'DEF',
    ]);
    expect(contents.get('AAAAAA==')?.size).to.equal(3);
  });

  it('takes the elements that the contract names and no other', () => {
    const stage = stageContents(memoryPayloads());
    const other = { prefix: 'x', uri: 'urn:x' };
    expect([element(tns, 'tittel'), element(other, 'innhold')].map(stage.spill)).to.deep.equal([undefined, undefined]);
  });

  it('stores nothing for a content without octets, which no letter can have', async () => {
    const payloads = memoryPayloads();
    const stage = stageContents(payloads);
    const sink = sinkOf(stage);
    sink.write(' \n');
    expect([sink.end(), (await stage.settle()).size, payloads.stored.size]).to.deep.equal(['AAAAAA==', 0, 0]);
  });

  it('waits for a slow store, so that memory holds one piece', async () => {
    let release = (): void => {};
    const payloads = memoryPayloads({ slow: () => new Promise((resolve) => (release = resolve)) });
    const stage = stageContents(payloads);
    const sink = sinkOf(stage);
    sink.write('QUJD');
    let drained = false;
    const waiting = stage.drained().then(() => (drained = true));
    await turn();
    expect(drained).to.equal(false);
    release();
    await waiting;
    sink.write('REVG');
    sink.end();
    await turn();
    release();
    expect((await stage.settle()).size).to.equal(1);
  });

  it('SECURITY 100: removes what was stored when the request comes to nothing, half a content too', async () => {
    const payloads = memoryPayloads();
    const stage = stageContents(payloads);
    const first = sinkOf(stage);
    first.write('QUJD');
    first.end();
    sinkOf(stage).write('REVG');
    await turn();
    expect(payloads.stored.size).to.equal(1);
    await stage.discard();
    expect(payloads.stored.size).to.equal(0);
  });

  it('tells of a store that fails, while it is fed and at the end', async () => {
    const full = new Error('disk full');
    const stage = stageContents(memoryPayloads({ fail: full }));
    const sink = sinkOf(stage);
    sink.write('QUJD');
    sink.end();
    for (const act of [() => stage.drained(), () => stage.settle()]) {
      expect(await act().catch((error: unknown) => error)).to.equal(full);
    }
    await stage.discard();
  });

  it('SECURITY 93: holds a content against the type that stands before it, and one without against nothing', async () => {
    const feed = async (mimetype: string | undefined, text: string): Promise<void> => {
      const dokument = element(
        tns,
        'dokument',
        {},
        mimetype === undefined ? [] : [element(tns, 'mimetype', {}, [mimetype])],
      );
      const stage = stageContents(memoryPayloads());
      const sink = stage.spill({ ...innhold, parent: dokument });
      sink?.write(Buffer.from(text).toString('base64'));
      sink?.end();
      await stage.settle();
    };
    await feed(' Application/PDF ', '%PDF-1.4');
    await feed('application/x-unknown', 'MZ');
    await feed(undefined, 'MZ');
    for (const text of ['MZ', '%PD']) {
      const error: unknown = await feed('application/pdf', text).catch((e: unknown) => e);
      expect(error).to.have.property('code', 'INVALID_REQUEST');
    }
  });

  it('R-33: takes octets in all and contents up to the limit', async () => {
    const bounds = { letterBytes: 6, attachments: 2 };
    const feed = (...texts: readonly string[]): void => {
      const stage = stageContents(memoryPayloads(), bounds);
      for (const text of texts) {
        const sink = sinkOf(stage);
        sink.write(text);
        sink.end();
      }
    };
    const octets = (n: number): string => Buffer.alloc(n).toString('base64');
    for (const sizes of [[5], [6], [3, 3], [1, 1], [1, 1, 1]]) feed(...sizes.map(octets));
    for (const sizes of [[7], [3, 4], [1, 1, 1, 1]]) {
      expect(failureOf(() => feed(...sizes.map(octets))).code).to.equal('INVALID_REQUEST');
    }
  });
});
