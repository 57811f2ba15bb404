import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { letterChecks } from '../crash/count.js';
import { entranceNames } from '../crash/points.js';
import { clearUp } from '../crash/processes.js';
import { drain, look, startEntrances } from '../crash/run.js';
import { startWorld } from '../crash/world.js';

/** Times, and for how long: twice the lease of the crash test's gateways, and more. */
const PAUSES = 6;
const PAUSE_MS = 5_000;
const WORK_MS = 2_000;

describe('a worker that is only slow', function () {
  this.timeout(600_000);
  after(clearUp);

  it('F35: stopped for twice its lease in the middle of its work and going on then, it neither loses nor doubles a letter', async () => {
    const world = await startWorld({
      database: 'sqlite',
      webs: 1,
      workers: 2,
      accounts: 2,
      power: false,
      environment: {},
    });
    let stopped = false;
    const clients = {
      seed: 'F35',
      say: () => undefined,
      shipments: undefined,
      time: undefined,
      entrances: entranceNames,
    };
    const started = await startEntrances(world, clients, () => stopped);
    for (let n = 0; n < PAUSES; n++) {
      await sleep(WORK_MS);
      await world.gateways[1 + (n % 2)]?.pause(PAUSE_MS);
    }
    stopped = true;
    await Promise.all([...started.values()].map((entrance) => entrance.sent));
    await drain(started, { ...clients, withoutFsync: false });
    for (const [name, entrance] of started) {
      const failing = letterChecks(name, await look(entrance, () => undefined)).filter(({ holds }) => !holds);
      expect(failing.map(({ text }) => text)).to.deep.equal([]);
    }
    await world.stop();
  });
});
