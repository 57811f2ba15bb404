import { expect } from 'chai';
import { statuskilde } from '../../../src/channels/statuskilde.js';
import { svarutStatustjeneste } from '../../../src/channels/svarut/kilde.js';
import type { Henting } from '../../../src/domain/kvitteringskilde.js';
import { foelgesLengst, lengsteMellomrom, type Overlevert } from '../../../src/domain/overlevering.js';
import type { Svar } from '../../../src/domain/svar.js';
import { svarutStatuser, type SvarUtStatus } from '../../../src/domain/svarut/status.js';
import { testTime } from '../../support/pki.js';

const PAUSE = 60_000;
const t0 = testTime.getTime();

interface Row extends Overlevert<SvarUtStatus> {
  readonly klar: number;
}

/** A source over rows in memory. `there`: what the upstream says of each id; what is not in it is unknown to it. */
function world(letters: readonly (Partial<Overlevert<SvarUtStatus>> & { readonly meldingsId: string })[], antall = 2) {
  const rows = new Map<string, Row>();
  for (const one of letters) {
    const rest = { konversasjonsId: `k-${one.meldingsId}`, oppstroemsId: `o-${one.meldingsId}`, status: null };
    rows.set(one.meldingsId, { ...rest, endret: testTime, ...one, klar: t0 });
  }
  const state = {
    rows,
    now: t0,
    there: new Map<string, SvarUtStatus>(),
    svar: undefined as Svar<never> | undefined,
    batches: [] as (readonly string[])[],
  };
  const kilde = statuskilde({
    clock: { now: () => new Date(state.now) },
    pause: PAUSE,
    antall,
    tjeneste: svarutStatustjeneste({
      send: async () => ({ type: 'ja', verdi: '' }),
      statuser: async (ider) => {
        state.batches.push(ider);
        const known = ider.flatMap((id) => {
          const status = state.there.get(id);
          return status === undefined ? [] : [{ id: id.toUpperCase(), status, endret: new Date(state.now) }];
        });
        return state.svar ?? { type: 'ja', verdi: known };
      },
      sisteHendelse: async () => ({ type: 'ja', verdi: 'Mottaker 01029400470 er ukjent' }),
    }),
    overleveringer: {
      begynn: async () => undefined,
      forfalte: async (now, most) =>
        [...rows.values()]
          .filter(({ klar }) => klar <= now.getTime())
          .sort((a, b) => a.klar - b.klar)
          .slice(0, most),
      sett: async (meldingsId, { status, endret }, klar) => {
        const row = rows.get(meldingsId);
        if (row === undefined || klar === null) rows.delete(meldingsId);
        else rows.set(meldingsId, { ...row, status, endret, klar: klar.getTime() });
      },
      sistSpurt: async () => undefined,
      haster: async () => undefined,
    },
  });
  return { state, kilde };
}

const kvitteringIn = (henting: Henting) => {
  if (henting.type !== 'kvittering') throw new Error(JSON.stringify(henting));
  return henting;
};

describe('channels/svarut, the source of status', () => {
  const meaning: Readonly<Record<SvarUtStatus, string | null>> = {
    MOTTATT: null,
    AKSEPTERT: null,
    AVVIST: 'feil',
    VARSLET: 'underveis',
    LEST: 'aapning',
    SENDT_PRINT: 'mottak',
    PRINTET: 'levering',
    MANUELT_HANDTERT: 'feil',
    SENDT_DIGITALT: 'underveis',
    SENDT_SDP: 'underveis',
    LEVERT_SDP: 'levering',
    KLAR_FOR_MOTTAK: 'underveis',
    IKKE_LEVERT: 'feil',
  };
  for (const status of svarutStatuser) {
    it(`CONTRACT 6: ${status} is ${meaning[status] ?? 'nothing new'}`, async () => {
      const { state, kilde } = world([{ meldingsId: 'a' }]);
      state.there.set('o-a', status);
      const henting = await kilde.hent();
      if (meaning[status] === null) {
        expect(henting).to.deep.equal({ type: 'tom' });
        expect(state.rows.get('a')).to.include({ status, klar: t0 + PAUSE });
        return;
      }
      const { kvittering, bekreftelse } = kvitteringIn(henting);
      expect(kvittering).to.include({ type: meaning[status], konversasjonsId: 'k-a', gjelder: 'a', avFormidler: true });
      expect(kvittering.detaljer).to.contain(status);
      expect(bekreftelse).to.deep.equal({ messageId: 'a', references: [status] });
    });
  }

  it('a failure comes with the last words of the history, without any national id', async () => {
    const { state, kilde } = world([{ meldingsId: 'a' }]);
    state.there.set('o-a', 'IKKE_LEVERT');
    expect(kvitteringIn(await kilde.hent()).kvittering.detaljer).to.match(/IKKE_LEVERT .*: Mottaker … er ukjent$/);
  });

  it('asks about many at once, and about all in turn; what is unknown there keeps nobody waiting', async () => {
    const { state, kilde } = world(['a', 'b', 'c', 'd', 'e'].map((meldingsId) => ({ meldingsId })));
    state.there.set('o-a', 'VARSLET').set('o-c', 'LEST').set('o-e', 'LEST');
    const found: string[] = [];
    let henting = await kilde.hent();
    while (henting.type === 'kvittering') {
      found.push(henting.bekreftelse.messageId);
      henting = await kilde.hent(henting.bekreftelse);
    }
    expect(henting).to.deep.equal({ type: 'tom' });
    expect(found).to.deep.equal(['a', 'c', 'e']);
    expect(state.batches).to.deep.equal([['o-a', 'o-b'], ['o-c', 'o-d'], ['o-e']]);
    expect([...state.rows.keys()]).to.deep.equal(['a', 'b', 'd']);
    expect(state.rows.get('a')).to.include({ status: 'VARSLET', klar: t0 + PAUSE });
  });

  it('F34: what was not confirmed comes again, after the others; what was, does not', async () => {
    const { state, kilde } = world([{ meldingsId: 'a' }, { meldingsId: 'b' }]);
    state.there.set('o-a', 'VARSLET').set('o-b', 'VARSLET');
    expect(kvitteringIn(await kilde.hent()).bekreftelse.messageId).to.equal('a');
    expect(await kilde.hent()).to.deep.equal({ type: 'tom' });
    state.now += PAUSE;
    const { kvittering, bekreftelse } = kvitteringIn(await kilde.hent());
    expect(bekreftelse.messageId).to.equal('a');
    expect(await kilde.bekreft(bekreftelse)).to.equal(undefined);
    state.now += PAUSE;
    const next = kvitteringIn(await kilde.hent());
    expect(next.bekreftelse.messageId).to.equal('b');
    expect(next.kvittering.replay.key.equals(kvittering.replay.key)).to.equal(false);
  });

  it('the same event is the same receipt, whoever finds it', async () => {
    const keys = await Promise.all(
      [1, 2].map(async () => {
        const { state, kilde } = world([{ meldingsId: 'a' }]);
        state.there.set('o-a', 'LEST');
        return kvitteringIn(await kilde.hent()).kvittering.replay.key.toString('hex');
      }),
    );
    expect(new Set(keys)).to.have.length(1);
  });

  it('no answer: feil, with the reason, and everything is asked again', async () => {
    const { state, kilde } = world([{ meldingsId: 'a' }]);
    state.svar = { type: 'nei', art: 'adgang', grunn: 'HTTP 401' };
    expect(await kilde.hent()).to.deep.equal({ type: 'feil', grunn: 'adgang: HTTP 401' });
    expect(state.rows.get('a')?.klar).to.equal(t0);
  });

  const hour = 3_600_000;
  for (const [age, status, pause] of [
    [0, 'VARSLET', PAUSE],
    [8 * PAUSE, 'VARSLET', PAUSE],
    [8 * PAUSE + 8, 'VARSLET', PAUSE + 1],
    [8 * hour, null, hour],
    [8 * lengsteMellomrom, 'PRINTET', lengsteMellomrom],
    [foelgesLengst - 1, 'PRINTET', lengsteMellomrom],
    [foelgesLengst, 'PRINTET', null],
  ] as const) {
    it(`nothing new for ${age} ms (${status}): asked again after ${pause ?? 'no'} ms`, async () => {
      const { state, kilde } = world([{ meldingsId: 'a', status, endret: new Date(t0 - age) }]);
      if (status !== null) state.there.set('o-a', status);
      await kilde.hent();
      expect(state.rows.get('a')?.klar).to.equal(pause === null ? undefined : t0 + pause);
    });
  }
});
