import { expect } from 'chai';
import { outcomesIn, rowOf } from './figures.js';

const setting = { date: 'd', commit: 'c', machine: 'm' };
const row = (outcome: Parameters<typeof rowOf>[2]): string[] => rowOf(setting, 1.25, outcome).slice(4);

describe('results of the benches', () => {
  it('are read from the lines that a bench prints', () => {
    const printed = 'round 1\n{"bench":"ebms push","ratioToBound":0.7}\n{"other":1}\n{"bench":"ebms pull"}\n';
    expect(outcomesIn(printed).map(({ bench }) => bench)).to.deep.equal(['ebms push', 'ebms pull']);
  });

  it('tell setting and load', () => {
    expect(rowOf(setting, 1.25, { bench: 'shipment' }).slice(0, 4)).to.deep.equal(['d', 'c', 'm', '1.3']);
  });

  for (const [ratioToBound, met] of [
    [0.59, 'no'],
    [0.6, 'yes'],
    [0.61, 'yes'],
  ] as const) {
    it(`say of ${ratioToBound} where 0.60 is the goal: ${met}`, () => {
      const said = `to bound ${ratioToBound} (>= 0.6)`;
      expect(row({ bench: 'shipment', ratioToBound })).to.deep.equal(['shipment', 'sqlite', said, met]);
    });
  }

  it('meet a goal only when every figure of the bench does, and none is missing', () => {
    const all = { readySeconds: 9, lastToFirst: 0.9, rssGrowthMiB: 1, heapGrowthMiB: 1 };
    const queue = (changes: object) => row({ bench: 'queue', database: 'mariadb', ...all, ...changes });
    expect(queue({}).at(-1)).to.equal('yes');
    expect(queue({}).at(1)).to.equal('mariadb');
    for (const [name, bad] of Object.entries({ readySeconds: 10, lastToFirst: 0.7, rssGrowthMiB: 16 })) {
      expect(queue({ [name]: bad }).at(-1), name).to.equal('no');
      expect(queue({ [name]: undefined }).at(-1), name).to.equal('no');
    }
  });

  it('find the figures of each way of a large letter', () => {
    const [, , said] = row({ bench: 'svarut-large', inline: { peakMB: 190 }, MTOM: { peakMB: 193 } });
    expect(said).to.equal('inline peak MB 190 (<= 192); MTOM peak MB 193 (<= 192)');
  });
});
