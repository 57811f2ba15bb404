import { expect } from 'chai';
import { hentFraKilde, TURLENGDE, type HentDeps } from '../../src/application/hentFraKilde.js';
import {
  lengstePause,
  pauseEtter,
  type Henting,
  type Kvitteringsbekreftelse,
  type Kvitteringskilde,
  type Tur,
} from '../../src/domain/kvitteringskilde.js';
import type { MottattKvittering } from '../../src/domain/receipts.js';
import { Failure } from '../../src/errors.js';

const t0 = Date.parse('2026-03-02T12:00:00Z');
const PAUSE = 60_000;

const bekreftelse = (nummer: number): Kvitteringsbekreftelse => ({ messageId: `m${nummer}`, references: [] });
const funnet = (nummer: number): Henting => ({
  type: 'kvittering',
  kvittering: {
    type: 'levering',
    feiltype: null,
    detaljer: '',
    konversasjonsId: `k${nummer}`,
    leverandoer: '996460320',
    replay: { key: Buffer.alloc(32, nummer), expires: new Date(t0) },
  },
  dokument: `<document-${nummer}/>`,
  bekreftelse: bekreftelse(nummer),
});
const tom: Henting = { type: 'tom' };
const feil: Henting = { type: 'feil', grunn: 'HTTP 503' };

interface Setting {
  readonly svar: readonly (Henting | Error)[];
  readonly motta?: (kvittering: MottattKvittering) => Promise<boolean>;
  /** Milliseconds that one question takes. */
  readonly slow?: number;
  readonly bekreftet?: string;
  readonly feil?: number;
}

/** One turn, and everything that it did, in order. */
async function turn({ svar, motta = async () => true, slow = 0, bekreftet, feil: before = 0 }: Setting) {
  const left = [...svar];
  const log: string[] = [];
  let now = t0;
  let ended: { pause: number; feil: number } | undefined;
  const kilde: Kvitteringskilde = {
    navn: 'kilde',
    pause: PAUSE,
    hent: async (forrige) => {
      log.push(forrige === undefined ? 'hent' : `bekreft ${forrige.messageId} og hent`);
      now += slow;
      const next = left.shift() ?? tom;
      if (next instanceof Error) throw next;
      return next;
    },
    bekreft: async ({ messageId }) => {
      log.push(`bekreft ${messageId}`);
      return bekreftet;
    },
  };
  const deps: HentDeps = {
    clock: { now: () => new Date(now) },
    turer: {
      ta: async () => undefined,
      avslutt: async (tur, neste, count) => {
        expect(tur.fence).to.equal(7);
        ended = { pause: neste.getTime() - now, feil: count };
      },
    },
    motta: (kvittering) => {
      log.push(`motta ${kvittering.konversasjonsId}`);
      return motta(kvittering);
    },
    keep: async (dokument) => void log.push(`keep ${dokument}`),
    failed: (navn, grunn) => log.push(`failed ${navn}: ${grunn}`),
  };
  const tur: Tur = { navn: 'kilde', feil: before, fence: 7 };
  await hentFraKilde(deps)(tur, kilde);
  return { log, ended };
}

describe('application/hentFraKilde', () => {
  it('R-38: takes each receipt before it confirms it, with the question for the next, until there is none', async () => {
    const { log, ended } = await turn({ svar: [funnet(1), funnet(2), tom] });
    expect(log).to.deep.equal(['hent', 'motta k1', 'bekreft m1 og hent', 'motta k2', 'bekreft m2 og hent']);
    expect(ended).to.deep.equal({ pause: PAUSE, feil: 0 });
  });

  it('R-37: an empty source is looked at again after its pause', async () => {
    expect(await turn({ svar: [tom] })).to.deep.equal({ log: ['hent'], ended: { pause: PAUSE, feil: 0 } });
  });

  it('F33: a receipt of no letter of ours is kept, and confirmed', async () => {
    const { log } = await turn({ svar: [funnet(1), tom], motta: async () => false });
    expect(log).to.deep.equal(['hent', 'motta k1', 'keep <document-1/>', 'bekreft m1 og hent']);
  });

  it('F34: what could not be taken is not confirmed', async () => {
    const motta = async (): Promise<boolean> => {
      throw new Failure('UNAVAILABLE', 'the register');
    };
    const { log, ended } = await turn({ svar: [funnet(1)], motta });
    expect(log).to.deep.equal(['hent', 'motta k1', 'failed kilde: UNAVAILABLE: the register']);
    expect(ended).to.deep.equal({ pause: PAUSE, feil: 1 });
  });

  it('a look that comes to nothing makes the pause longer, as does an error of our own', async () => {
    const pauses: number[] = [];
    for (const svar of [[feil], [new Error('gone')]]) {
      for (const before of [0, 1, 2, 99]) {
        const { log, ended } = await turn({ svar, feil: before });
        expect(log[1]).to.match(/^failed kilde: (HTTP 503|Error: gone)$/);
        expect(ended?.feil).to.equal(before + 1);
        pauses.push(ended?.pause ?? 0);
      }
    }
    const expected = [PAUSE, 2 * PAUSE, 4 * PAUSE, lengstePause];
    expect(pauses).to.deep.equal([...expected, ...expected]);
  });

  it('one that brings something before it fails begins again with the short pause', async () => {
    const { log, ended } = await turn({ svar: [funnet(1), feil], feil: 5 });
    expect(log.at(-1)).to.equal('failed kilde: HTTP 503');
    expect(ended).to.deep.equal({ pause: PAUSE, feil: 1 });
  });

  it('a full source is left when the time is up, the last receipt confirmed, and looked at again at once', async () => {
    const many = Array.from({ length: 10 }, (_, i) => funnet(i));
    const { log, ended } = await turn({ svar: many, slow: TURLENGDE / 2 });
    expect(log.slice(-2)).to.deep.equal(['motta k1', 'bekreft m1']);
    expect(ended).to.deep.equal({ pause: 0, feil: 0 });
    const refused = await turn({ svar: many, slow: TURLENGDE / 2, bekreftet: 'HTTP 503' });
    expect(refused.log.at(-1)).to.equal('failed kilde: HTTP 503');
    expect(refused.ended).to.deep.equal({ pause: PAUSE, feil: 1 });
  });

  it('a source that asks to be left alone is, for an hour at most', async () => {
    const asked = (vent: number) => turn({ svar: [{ ...feil, vent }] });
    expect((await asked(2 * PAUSE)).ended).to.deep.equal({ pause: 2 * PAUSE, feil: 1 });
    expect((await asked(9 * lengstePause)).ended).to.deep.equal({ pause: lengstePause, feil: 1 });
  });

  it('no pause exceeds an hour, but one that is longer by itself', () => {
    expect([0, 1, 2, 3, 7, 1000].map((n) => pauseEtter(PAUSE, n) / PAUSE)).to.deep.equal([1, 1, 2, 4, 60, 60]);
    expect(pauseEtter(2 * lengstePause, 9)).to.equal(2 * lengstePause);
  });
});
