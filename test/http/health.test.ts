import { expect } from 'chai';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockReports, createClockWatch, timeFile, type TimeStore } from '../../src/http/clockwatch.js';
import { databaseCheck, exceptionsCheck, keyCheck, readiness, type Check } from '../../src/http/health.js';
import { createMetrics } from '../../src/http/metrics.js';

const good: Check = { name: 'good', run: () => ({ ok: true, detail: 'fine' }) };

describe('readiness', () => {
  it('is ready when every check is ok', async () => {
    expect(await readiness([good])()).to.deep.equal({
      status: 'ready',
      checks: [{ name: 'good', ok: true, detail: 'fine' }],
    });
  });

  const bad: [string, Check['run'], RegExp][] = [
    ['is not ok', () => ({ ok: false, detail: 'red' }), /^red$/],
    ['fails, without its reason', () => Promise.reject(new Error('at 10.0.0.5')), /^failed; the log says why$/],
    ['throws', () => JSON.parse('{') as never, /^failed/],
    ['never answers', () => new Promise(() => {}), /no answer within 20 ms/],
  ];
  for (const [what, run, detail] of bad) {
    it(`is not ready when a check ${what}`, async () => {
      const { status, checks } = await readiness([good, { name: 'bad', run }], 20)();
      expect(status).to.equal('not ready');
      expect(checks.map(({ ok }) => ok)).to.deep.equal([true, false]);
      expect(checks[1]?.detail).to.match(detail);
    });
  }

  it('asks once for all who ask at the same time, and again later', async () => {
    let runs = 0;
    const ready = readiness([{ name: 'counted', run: async () => ({ ok: true, detail: String(++runs) }) }]);
    await Promise.all([ready(), ready(), ready()]);
    expect(runs).to.equal(1);
    await ready();
    expect(runs).to.equal(2);
  });
});

describe('checks', () => {
  it('database: the reason goes to the log, not to the caller', async () => {
    expect(await databaseCheck(async () => 1).run()).to.include({ ok: true });
    const reasons: unknown[] = [];
    const error = new Error('connect ECONNREFUSED 10.0.0.5:3306');
    const result = await databaseCheck(
      () => Promise.reject(error),
      (e) => reasons.push(e),
    ).run();
    expect(result.ok).to.equal(false);
    expect(result.detail).to.not.include('10.0.0.5');
    expect(reasons).to.deep.equal([error]);
  });

  const validity = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') };
  const days: [string, boolean, number, RegExp][] = [
    ['2025-12-31T23:59:59Z', false, 365, /not valid before/],
    ['2026-01-01T00:00:00Z', true, 365, /^365 days left$/],
    ['2026-12-02T00:00:00Z', true, 30, /^30 days left$/],
    ['2026-12-02T00:00:01Z', true, 29, /29 days left; renew it now/],
    ['2027-01-01T00:00:00Z', true, 0, /^0 days left; renew/],
    ['2027-01-01T00:00:01Z', false, -1, /expired 2027-01-01/],
  ];
  for (const [now, ok, left, detail] of days) {
    it(`key: at ${now} it is ${ok ? 'ok' : 'red'}, ${left} days left`, async () => {
      const told: number[] = [];
      const check = keyCheck(
        'oppslagstjenesten',
        () => validity,
        () => new Date(now),
        (d) => told.push(d),
      );
      const result = await check.run();
      expect(result.ok).to.equal(ok);
      expect(result.detail).to.match(detail);
      expect(told).to.deep.equal([left]);
    });
  }

  it('named exceptions: shown, and never red', async () => {
    expect(await exceptionsCheck(['POSTHORN_ALLOW_SHA1_DIGEST']).run()).to.deep.equal({
      ok: true,
      detail: 'POSTHORN_ALLOW_SHA1_DIGEST',
    });
    expect(await exceptionsCheck([]).run()).to.deep.equal({ ok: true, detail: 'none' });
  });
});

describe('SECURITY 120: the clock of the host', () => {
  const noon = Date.UTC(2026, 5, 1, 12);
  const hour = 3_600_000;
  interface World {
    clock: number;
    steady: number;
    kept: number | undefined;
  }
  const watch = (world: World, reports: Partial<ReturnType<typeof clockReports>> = {}) => {
    const store: TimeStore = { read: () => world.kept, write: (ms) => (world.kept = ms) };
    return createClockWatch({ store, now: () => world.clock, steady: () => world.steady, ...reports });
  };
  const pass = (world: World, ms: number): void => {
    world.clock += ms;
    world.steady += ms;
  };

  it('is right while it runs evenly, for a year', () => {
    const world: World = { clock: noon, steady: 5, kept: undefined };
    const clock = watch(world);
    expect(clock.run()).to.deep.equal({ ok: true, detail: 'runs evenly' });
    pass(world, 365 * 24 * hour);
    expect(clock.right()).to.equal(true);
  });

  const jumps: [number, boolean][] = [
    [hour, false],
    [-hour, false],
    [60_001, false],
    [-60_001, false],
    [60_000, true],
    [-60_000, true],
  ];
  for (const [jump, right] of jumps) {
    it(`a jump of ${jump} ms is ${right ? 'borne' : 'red, until it is set right'}`, () => {
      const world: World = { clock: noon, steady: 0, kept: undefined };
      const clock = watch(world);
      pass(world, 10 * hour);
      world.clock += jump;
      expect(clock.run().ok).to.equal(right);
      expect(clock.right()).to.equal(right);
      world.clock -= jump;
      expect(clock.right()).to.equal(true);
    });
  }

  it('many small steps add up to a jump', () => {
    const world: World = { clock: noon, steady: 0, kept: undefined };
    const clock = watch(world);
    for (let i = 0; i < 7; i++) {
      world.clock += 10_000;
      clock.run();
    }
    expect(clock.right()).to.equal(false);
  });

  /** A clock that was moved 7 times by so much, a second apart. */
  const moved = (by: number) => {
    const world: World = { clock: noon, steady: 0, kept: undefined };
    const told: number[] = [];
    const clock = watch(world, { believed: (seconds) => told.push(seconds) });
    for (let i = 0; i < 7; i++) {
      world.clock += by;
      pass(world, 1_000);
      clock.run();
    }
    return { world, clock, told };
  };
  const quarter = 15 * 60_000;
  for (const by of [10_000, -10_000])
    it(`one that was moved by small steps of ${by / 1000} s is believed, with a line in the log, when none has come for a quarter of an hour`, () => {
      const { world, clock, told } = moved(by);
      expect(clock.run()).to.have.property('ok', false);
      expect(clock.run().detail).to.match(/^the clock jumped 70 s (ahead|back);.* 15 min$/);
      pass(world, quarter - 1);
      expect([clock.right(), told]).to.deep.equal([false, []]);
      pass(world, 1);
      expect([clock.right(), told]).to.deep.equal([true, [(7 * by) / 1000]]);
      pass(world, hour);
      world.clock += 60_000;
      expect(clock.right(), 'as much again is borne').to.equal(true);
      world.clock += 1;
      expect(clock.run().ok, 'and no more').to.equal(false);
    });

  it('one that goes on being moved is not believed', () => {
    const { world, clock, told } = moved(10_000);
    for (let i = 0; i < 10; i++) {
      pass(world, quarter - 2);
      world.clock += 2_000;
      expect(clock.right()).to.equal(false);
    }
    expect(told).to.deep.equal([]);
  });

  it('one that small steps have taken far back is not believed before the last time that was right', () => {
    const world: World = { clock: noon, steady: 0, kept: undefined };
    const clock = watch(world);
    clock.run();
    for (let i = 0; i < 20; i++) {
      world.clock -= 59_000;
      clock.run();
    }
    pass(world, quarter);
    expect(clock.right()).to.equal(false);
    pass(world, 20 * 59_000 - quarter - 1);
    expect(clock.right()).to.equal(false);
    pass(world, 1);
    expect(clock.right()).to.equal(true);
  });

  it('one that jumped by more than that at once is never believed, however evenly it runs, until it is set back', () => {
    const world: World = { clock: noon, steady: 0, kept: undefined };
    const clock = watch(world);
    world.clock += hour;
    expect(clock.run().detail).to.match(/restart if it is right now$/);
    pass(world, 100 * hour);
    expect(clock.right()).to.equal(false);
    world.clock -= hour;
    expect(clock.right()).to.equal(true);
  });

  it('small steps are forgotten after a day without any, and not before', () => {
    for (const [rest, right] of [
      [24 * hour - 1, false],
      [24 * hour, true],
    ] as const) {
      const world: World = { clock: noon, steady: 0, kept: undefined };
      const clock = watch(world);
      world.clock += 40_000;
      clock.run();
      pass(world, rest);
      clock.run();
      world.clock += 40_000;
      expect(clock.right()).to.equal(right);
    }
  });

  const day = 24 * hour;
  for (const [by, days, sums] of [
    [59_000, 4, [118, 236]],
    [-59_000, 4, [-118, -236]],
    [30_000, 2, []],
    [30_001, 2, [60]],
    [900, 67, [60]],
  ] as const)
    it(`steps of ${by} ms a day are borne and forgotten, and told of ${sums.length} times in ${days} days, by what they add up to`, async () => {
      const lines: unknown[] = [];
      const metrics = createMetrics();
      const reports = clockReports({ warn: (_message: string, values: unknown) => lines.push(values) }, metrics);
      const world: World = { clock: noon, steady: 0, kept: undefined };
      const clock = watch(world, reports);
      for (let n = 0; n < days; n++) {
        world.clock += by;
        expect(clock.right()).to.equal(true);
        pass(world, day);
        expect(clock.right()).to.equal(true);
      }
      expect(lines).to.deep.equal(sums.map((seconds) => ({ seconds })));
      const { body } = await metrics.exposition();
      expect(body).to.match(new RegExp(`^posthorn_clock_moved_seconds ${Math.abs(sums.at(-1) ?? 0)}$`, 'm'));
    });

  it('is red after a restart when it is behind the time that was recorded, until that time has come', () => {
    const world: World = { clock: noon, steady: 0, kept: undefined };
    watch(world).run();
    expect(world.kept).to.equal(noon);
    Object.assign(world, { clock: noon - hour, steady: 1 });
    const clock = watch(world);
    expect(clock.run().detail).to.match(/3600 s behind/);
    expect(world.kept).to.equal(noon);
    pass(world, hour);
    expect(clock.right()).to.equal(true);
  });

  it('does not record a time that is not right', () => {
    const world: World = { clock: noon, steady: 0, kept: undefined };
    const clock = watch(world);
    world.clock += 100 * hour;
    clock.run();
    expect(world.kept).to.equal(undefined);
  });

  it('is red in 1970', () => {
    expect(watch({ clock: 0, steady: 0, kept: undefined }).run()).to.deep.equal({
      ok: false,
      detail: 'the clock says 1970-01-01T00:00:00.000Z; set it',
    });
  });

  it('runs evenly on this machine', () => {
    expect(createClockWatch({ store: { read: () => undefined, write: () => {} } }).right()).to.equal(true);
  });

  it('keeps the time in a file, survives a damaged one, and leaves nothing else behind', () => {
    const dir = mkdtempSync(join(tmpdir(), 'posthorn-'));
    const store = timeFile(join(dir, 'data', 'clock'));
    expect(store.read()).to.equal(undefined);
    store.write(noon);
    expect(store.read()).to.equal(noon);
    expect(readdirSync(join(dir, 'data'))).to.deep.equal(['clock']);
    writeFileSync(join(dir, 'data', 'clock'), 'x');
    expect(store.read()).to.equal(undefined);
    rmSync(dir, { recursive: true });
    writeFileSync(dir, '');
    store.write(noon);
    rmSync(dir);
  });
});
