import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { createLog, type Log, type LogOptions } from '../src/log.js';

type Line = Record<string, unknown>;

function collected(options: Partial<LogOptions> = {}): { log: Log; lines: () => Line[]; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const log = createLog({ level: 'info', stream, ...options });
  const lines = (): Line[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  return { log, lines, text: () => text };
}

const id = '01017012345';
const uuid = '01234567-8901-4234-8567-012345678901';

describe('log', () => {
  it('writes one JSON object a line, with time, level, message, standing values and values', () => {
    const { log, lines } = collected({ values: { role: 'gateway' } });
    log.child({ correlationId: uuid }).info('answered', { operation: 'HentPersoner', persons: 10, ms: 1.25 });
    log.warn('second');
    expect(lines()).to.have.length(2);
    const { time, ...rest } = lines()[0] ?? {};
    expect(new Date(String(time)).toISOString()).to.equal(time);
    expect(rest).to.deep.equal({
      level: 'info',
      message: 'answered',
      role: 'gateway',
      correlationId: uuid,
      operation: 'HentPersoner',
      persons: 10,
      ms: 1.25,
    });
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = collected({ level: 'warn' });
    log.debug('no');
    log.info('no');
    log.warn('yes');
    log.error('yes');
    expect(lines().map((line) => line['message'])).to.deep.equal(['yes', 'yes']);
  });

  it('does not let values take the place of its own', () => {
    const { log, lines } = collected();
    log.info('true', { level: 'error', message: 'false', time: 'never' });
    expect(lines()[0]).to.include({
      level: 'info',
      message: 'true',
      message_: 'false',
      level_: 'error',
      time_: 'never',
    });
  });

  it('tells an error with code, cause and the first frames', () => {
    const { log, lines } = collected();
    log.error('failed', {
      error: Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'EPIPE' }),
    });
    const error = lines()[0]?.['error'] as Line & { cause: Line; stack: string[] };
    expect(error).to.include({ name: 'Error', message: 'outer', code: 'EPIPE' });
    expect(error.cause).to.include({ name: 'TypeError', message: 'inner' });
    expect(error.stack[0]).to.match(/^at /);
  });

  it('never throws, whatever the value', () => {
    const circle: Line = { big: 10n, f: () => 1, s: Symbol('s'), u: undefined, nan: NaN, date: new Date(NaN) };
    circle['self'] = circle;
    const hostile = {
      get bad(): string {
        throw new Error('no');
      },
    };
    const { log, lines } = collected();
    log.info('circle', circle);
    log.info('hostile', { hostile });
    log.info('wide', { wide: Array.from({ length: 100_000 }, (_, i) => ({ i })) });
    expect(lines().map((line) => line['message'])).to.deep.equal(['circle', 'hostile', 'wide']);
    expect(JSON.stringify(lines()[2]).length).to.be.lessThan(10_000);
  });

  it('treats names of the object prototype as plain data', () => {
    const { log, lines } = collected();
    log.info('names', JSON.parse('{"__proto__":{"polluted":1},"constructor":"c"}') as Line);
    expect(Object.keys(lines()[0] ?? {})).to.include.members(['__proto__', 'constructor']);
    expect(({} as Line)['polluted']).to.equal(undefined);
  });
});

describe('SECURITY 109: log injection', () => {
  it('keeps a value on its line, without control characters, terminal sequences and invisible characters', () => {
    const { log, lines, text } = collected();
    log.info('a\r\n{"level":"error"}', {
      agent: '\u001b[31mred\u001b[0m\u001b]0;title\u0007\u0000\u202ex\u200b\u2028y\u009b',
    });
    expect(lines()).to.have.length(1);
    expect(lines()[0]).to.include({ message: 'a  {"level":"error"}', agent: 'red x y ' });
    expect(text()).to.match(/^[\x20-\x7e\n]*$/);
  });

  it('leaves look-up expressions as text', () => {
    const { log, lines } = collected();
    log.info('x', { agent: '${jndi:ldap://127.0.0.1/a}' });
    expect(lines()[0]).to.include({ agent: '${jndi:ldap://127.0.0.1/a}' });
  });

  it('cuts at 200 characters: 199, 200 and 201', () => {
    const { log, lines } = collected();
    log.info('x', { a: 'a'.repeat(199), b: 'b'.repeat(200), c: 'c'.repeat(201), d: 'd'.repeat(1024 * 1024) });
    expect(lines()[0]).to.include({ a: 'a'.repeat(199), b: 'b'.repeat(200), c: `${'c'.repeat(199)}…` });
    expect(String(lines()[0]?.['d'])).to.have.length(200);
  });

  const hidden: [string, Line][] = [
    ['a value', { a: id }],
    ['the middle of a text', { a: `no person ${id}.` }],
    ['a text without borders', { a: `id${id}x` }],
    ['a space after six digits', { a: '010170 12345' }],
    ['a no-break space after six digits', { a: '010170\u00a012345' }],
    ['a hyphen after six digits', { a: '010170-12345' }],
    ['a line break after six digits', { a: '010170\r\n12345' }],
    ['a colour after six digits', { a: '010170\u001b[1m12345' }],
    ['a zero-width space after six digits', { a: '010170\u200b12345' }],
    ['two in one run', { a: `${id}${id}` }],
    ['a name', { [id]: 1 }],
    ['a nested name and value', { a: [{ b: { [id]: [id] } }] }],
    ['a map', { a: new Map([[id, { id }]]) }],
    ['a number', { a: Number('41017012345') }],
    ['a number that lost its zero', { a: Number(id) }],
    ['a big integer', { a: 41017012345n }],
    ['an error', { error: new Error(`unknown ${id}`, { cause: id }) }],
    ['the place where a text is cut', { a: `${'x'.repeat(193)}${id}` }],
    ['something that speaks for itself', { a: { toJSON: () => ({ id }) } }],
    ['a correlation id that is not one', { correlationId: id }],
    ['other digits', { a: '٠١٠١٧٠١٢٣٤٥' }],
  ];
  for (const [where, values] of hidden) {
    it(`masks a national id in ${where}`, () => {
      const { log, text, lines } = collected();
      log.info('x', values);
      log.child(values).info('y');
      expect(lines()).to.have.length(2);
      expect(text()).to.include('***');
      expect(text().replace(/"time":"[^"]*"/g, '')).to.not.match(/1?017012345|01017\d|010170|٠١٠/);
    });
  }

  it('masks a national id in the message', () => {
    const { log, text } = collected();
    log.info(`person ${id} and 010170 12345`);
    expect(text()).to.include('person *** and ***');
  });

  it('leaves organisation numbers, short numbers and our correlation id alone', () => {
    const { log, lines } = collected();
    const values = { orgnr: '991825827', count: 999_999_999, port: 8080, correlationId: uuid };
    log.info('x', values);
    expect(lines()[0]).to.include(values);
  });
});

describe('SECURITY 117: secrets in the log', () => {
  it('leaves out what its name or its form says is secret', () => {
    const { log, text } = collected();
    log.info('x', {
      password: 'hemmelig',
      headers: { Authorization: 'Basic hemmelig', cookie: 'hemmelig' },
      privateKey: 'hemmelig',
      text: 'a -----BEGIN PRIVATE KEY-----\nhemmelig\n-----END PRIVATE KEY----- b',
      url: 'mysql://posthorn:hemmelig@db/posthorn',
      octets: Buffer.from('hemmelig'),
      error: new Error('cannot reach mysql://posthorn:hemmelig@db/posthorn'),
    });
    expect(text()).to.not.include('hemmelig');
    expect(text()).to.include('mysql://posthorn:***@db/posthorn').and.include('a [secret] b');
  });
});

describe('log: a reader that does not read', () => {
  it('neither blocks nor grows: lines beyond the backlog are dropped, and counted when there is room again', () => {
    const waiting: (() => void)[] = [];
    const written: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString());
        waiting.push(done);
      },
    });
    const { log } = collected({ stream, backlog: 2000 });
    for (let i = 0; i < 1000; i++) log.info('line', { i });
    expect(stream.writableLength).to.be.lessThan(2001);
    const release = (): void => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next();
    };
    while (stream.writableLength > 0) release();
    log.info('after');
    while (stream.writableLength > 0) release();
    const lines = written.map((line) => JSON.parse(line) as Line);
    const kept = lines.filter((line) => line['message'] === 'line').length;
    expect(lines.at(-2)).to.include({ message: 'log lines dropped', dropped: 1000 - kept });
    expect(lines.at(-1)).to.include({ message: 'after' });
  });

  it('outlives the end of the pipe that it writes to', async () => {
    const script = `
      const { createLog } = await import(${JSON.stringify(new URL('../src/log.ts', import.meta.url).href)});
      const log = createLog({ level: 'info' });
      process.stdin.on('data', () => { for (let i = 0; i < 100; i++) log.info('line'); });
      process.stdin.on('end', () => process.exit(7));
      log.info('first');
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    for (let i = 0; i < 5; i++) {
      child.stdin.write('go');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.stdin.end();
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).to.equal(7);
  });
});
