import { expect } from 'chai';
import { Command } from 'commander';
import { CommandError, progress, reportError, table, UsageError, visible } from '../../src/cli/output.js';

describe('cli/output', () => {
  const collect = () => {
    const lines: string[] = [];
    return {
      lines,
      print: { out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) },
    };
  };

  it('tells an error as its sentence: 1 when it failed, 2 when it was called wrongly', () => {
    const { lines, print } = collect();
    const codes = [new CommandError('Failed.'), new Error('Broken.'), 'text', new UsageError('Wrong.')].map((error) =>
      reportError(error, print),
    );
    expect(codes).to.deep.equal([1, 1, 1, 2]);
    expect(lines).to.deep.equal(['Failed.', 'Broken.', 'text', 'Wrong.']);
  });

  it('leaves it to commander to tell its own errors', () => {
    const { lines, print } = collect();
    const codeOf = (...args: string[]) => {
      const program = new Command()
        .version('1')
        .exitOverride()
        .configureOutput({ writeOut() {}, writeErr() {} });
      program.command('run').argument('<x>');
      try {
        program.parse(args, { from: 'user' });
        return undefined;
      } catch (error) {
        return reportError(error, print);
      }
    };
    expect([codeOf('--help'), codeOf('--version'), codeOf('run'), codeOf('walk')]).to.deep.equal([0, 0, 2, 2]);
    expect(lines).to.deep.equal([]);
  });

  it('SECURITY 30: makes control characters and turned writing visible, in a way that leaves JSON the same', () => {
    expect(visible('a\u001b[2J\u0007\u009b\u007f\r\u202eb\u2066\u200f')).to.equal(
      'a\\u001b[2J\\u0007\\u009b\\u007f\\u000d\\u202eb\\u2066\\u200f',
    );
    const harmless = 'æøå €\t\n\u{1f4ef} \\u009b "<>&';
    expect(visible(harmless)).to.equal(harmless);
    const value = { a: '\u0085\u2028\u202e\u007f' };
    expect(JSON.parse(visible(JSON.stringify(value, null, 2)))).to.deep.equal(value);
  });

  it('makes columns as wide as their widest cell', () => {
    expect(
      table([
        ['a', 'bb', 'c'],
        ['aaa', '', 'cc'],
        ['a', 'b', ''],
      ]),
    ).to.deep.equal(['a    bb  c', 'aaa      cc', 'a    b']);
    expect(table([])).to.deep.equal([]);
  });

  it('writes a line for every tenth of the way where there is no terminal', () => {
    const { lines, print } = collect();
    const bar = progress('Reading', 1000, print, false);
    for (const done of [0, 50, 100, 199, 555, 556, 1000]) bar.update(done, `${done} rows`);
    bar.stop();
    expect(lines).to.deep.equal(['Reading: 10 %, 100 rows', 'Reading: 50 %, 555 rows', 'Reading: 100 %, 1000 rows']);
  });
});
