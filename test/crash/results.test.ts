import { expect } from 'chai';
import { count } from './count.js';
import { readOptions } from './options.js';
import { withRows } from '../support/resultsPage.js';
import { rowOf, section } from './results.js';

const rows = [['a', 'b']];
const after = (page: string): string[] => withRows(page, section, rows).split('\n');

describe('results of the crash test', () => {
  it('make their section where there is none, and leave the rest as it is', () => {
    const [title, ...lines] = after('# Results\n\n## Benches\n\n| x |\n| --- |\n| 1 |\n');
    expect([title, ...lines.slice(0, 5)]).to.deep.equal(['# Results', '', '## Benches', '', '| x |', '| --- |']);
    expect(lines.slice(-2)).to.deep.equal(['| a | b |', '']);
  });

  it('add to the rows that are there, before what follows', () => {
    const page = `${withRows('# Results\n', section, rows)}\n## Later\n`;
    const lines = after(page);
    const first = lines.indexOf('| a | b |');
    expect(lines.slice(first, first + 2)).to.deep.equal(['| a | b |', '| a | b |']);
    expect(lines.filter((line) => line.startsWith('## '))).to.deep.equal(['## Crashes', '## Later']);
  });

  it('add up the entrances, and tell kills from cuts of the power', () => {
    const asked = readOptions(['--seed', '7', '--workers', '2']);
    const delivered = (ref: string) => ({ told: [{ ref, type: 'LEVERING' }], repeated: 1, changed: [] });
    const row = rowOf({ date: 'd', commit: 'c', machine: 'm' }, asked, {
      database: 'sqlite',
      kills: [
        { aim: 'power', reached: true, recovery: 1_000 },
        { aim: 'random', reached: true, recovery: 2_500 },
      ],
      counts: {
        svarut: count({ acknowledged: ['1', '2'], committed: ['1'], ...delivered('1') }),
        broker: count({ acknowledged: ['3'], committed: ['3', '3'], ...delivered('3') }),
      },
    });
    expect(row.slice(3)).to.deep.equal(['7', 'sqlite', 'svarut broker', '2', '1', '1', '3', '1', '2', '1', '1', '2.5']);
  });
});

const refused: readonly (readonly [args: readonly string[], words: RegExp])[] = [
  [['--kills=-1'], /--kills is a number from 0 on/],
  [['--accounts', '0'], /--accounts is a number from 1 on/],
  [['--db', 'oracle'], /--database is one of sqlite, mariadb, mysql, both/],
  [['--entrances', 'svarut,fax'], /--entrances: fax is none of/],
  [['--points', 'nowhere'], /--points: nowhere is none of/],
  [['--kill-every', '5', '--shipments', '9'], /--kill-every is a time/],
  [['--kill-every', '5s'], /--kill-every goes with --shipments/],
  [['--without-fsync'], /--without-fsync goes with --power/],
];

describe('options of the crash test', () => {
  for (const [args, words] of refused) {
    it(`refuse ${args.join(' ')}`, () => {
      expect(() => readOptions(args)).to.throw(words);
    });
  }

  it('are those of every day where nothing is said', () => {
    const { seed, at, ...asked } = readOptions([]);
    expect(asked).to.deep.include({ databases: ['sqlite'], kills: 25, power: 0, workers: 0, accounts: 2 });
    expect(at).to.have.length.greaterThan(15);
    expect(seed).to.match(/^\d+$/);
  });

  it('kill one worker every five seconds while 10,000 letters are sent', () => {
    const asked = readOptions(['--shipments', '10000', '--accounts', '20', '--kill-every', '5s', '--db', 'both']);
    expect(asked).to.deep.include({ shipments: 10_000, accounts: 20, killEvery: 5_000, workers: 1 });
    expect(asked.databases).to.deep.equal(['sqlite', 'mariadb']);
  });

  it('keep to the points that the chosen entrances pass', () => {
    expect(readOptions(['--entrances', 'svarut']).at)
      .to.include('dispatch.pushed')
      .and.not.include('pull.lent');
  });
});
