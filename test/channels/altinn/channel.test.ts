import { expect } from 'chai';
import { altinnChannel, altinnStatustjeneste } from '../../../src/channels/altinn/channel.js';
import { statuskilde } from '../../../src/channels/statuskilde.js';
import {
  altinnKvittering,
  type Altinn,
  type Altinnbrev,
  type Altinnmottak,
  type Altinnstatus,
} from '../../../src/domain/altinn.js';
import type { Enhet } from '../../../src/domain/enhet.js';
import type { Overlevert } from '../../../src/domain/overlevering.js';
import type { Svar } from '../../../src/domain/svar.js';
import { syntheticUnits } from '../../../src/sandbox/units.js';
import { ids, letter, toMailbox } from '../../support/letters.js';
import { testTime } from '../../support/pki.js';

const PAUSE = 60_000;
const [unit] = syntheticUnits(0) as [Enhet];
const toAltinn = { ...toMailbox, kanal: 'ALTINN', leverandoer: null } as const;

function channel(svar: Svar<Altinnmottak>, egenVarsling = false, enheter: readonly Enhet[] = []) {
  const sent: { brev: Altinnbrev; id: string }[] = [];
  const followed: Overlevert<Altinnstatus>[] = [];
  const made = altinnChannel({
    altinn: {
      send: async (brev, id) => {
        sent.push({ brev, id });
        return svar;
      },
      statuser: async () => ({ svar: [], ubesvart: [], nei: null }),
    },
    overleveringer: {
      begynn: async (one) => void followed.push(one),
      forfalte: async () => [],
      sett: async () => undefined,
      sistSpurt: async () => undefined,
      haster: async () => undefined,
    },
    clock: { now: () => testTime },
    pause: PAUSE,
    avsender: () => ({ navn: 'EKSEMPEL KOMMUNE', egenVarsling }),
    enheter: { find: async () => new Map(enheter.map((e) => [e.organisasjonsnummer, e])) },
    kilder: [],
  });
  const deliver = (changes: Partial<Parameters<typeof letter>[0]> = {}) =>
    made.deliver(letter({ beslutning: toAltinn, ...changes }));
  return { deliver, sent, followed };
}

const taken = (varslet: boolean | null): Svar<Altinnmottak> => ({ type: 'ja', verdi: { id: 'there-1', varslet } });
import type { Utfall } from '../../../src/domain/retry.js';

describe('channels/altinn', () => {
  it('hands a letter over under its MessageId, and follows it under the id that it has there', async () => {
    const { deliver, sent, followed } = channel(taken(true));
    expect(await deliver()).to.deep.equal({ type: 'sent', til: 'altinn' });
    expect(sent.map(({ id }) => id)).to.deep.equal([ids.message]);
    expect(followed).to.deep.equal([
      {
        meldingsId: ids.message,
        konversasjonsId: ids.conversation,
        oppstroemsId: 'there-1',
        status: null,
        endret: testTime,
      },
    ]);
  });

  it('R-49: a letter that nobody could be notified of was sent, with a remark', async () => {
    const { deliver, followed } = channel(taken(false));
    expect(await deliver()).to.deep.equal({ type: 'sent', til: 'altinn', merknad: 'NO_NOTIFICATION_ADDRESS' });
    expect(followed).to.have.length(1);
  });

  it('R-49: where Altinn does not say who was notified, Enhetsregisteret does', async () => {
    const silent = { ...unit, epostadresse: null, mobil: null };
    const merknad = { type: 'sent', til: 'altinn', merknad: 'NO_NOTIFICATION_ADDRESS' } as const;
    const forsendelse = { ...letter().forsendelse, mottaker: { id: unit.organisasjonsnummer, postadresse: null } };
    const after = (varslet: boolean | null, own: boolean, units: readonly Enhet[]) =>
      channel(taken(varslet), own, units).deliver({ forsendelse });
    expect(await after(null, false, [silent])).to.deep.equal(merknad);
    for (const [varslet, own, units] of [
      [null, false, [{ ...silent, mobil: '99990000' }]],
      [null, false, []],
      [null, true, [silent]],
      [true, false, [silent]],
    ] as const)
      expect(await after(varslet, own, units)).to.deep.equal({ type: 'sent', til: 'altinn' });
  });

  it('R-23: a body that notifies by itself orders no notice', async () => {
    const own = channel(taken(true), true);
    await own.deliver();
    expect(own.sent[0]?.brev.varsel).to.equal(null);
  });

  it('R-17, R-19, R-20: a decision is notified of again but for the exemption, and an unasked advance notice by SMS only', async () => {
    const orders = [{}, { oppgittAdresse: { bevis: 'skjema' } }, { forhaandsvarsel: { epostBevis: null } }] as const;
    const { deliver, sent } = channel(taken(true));
    for (const order of orders)
      await deliver({ forsendelse: { ...letter({}).forsendelse, klasse: 'VEDTAK', ...order } });
    const varsler = sent.map(({ brev }) => [brev.varsel?.gjentas, brev.varsel?.bareSms ?? false]);
    expect(varsler).to.deep.equal([[true, false], [false, false], [true, true]]); // prettier-ignore
  });

  for (const [art, outcome] of [
    ['innhold', { type: 'rejected', kode: 'UPSTREAM_FAULT' }],
    ['adgang', { type: 'deferred', kode: 'UNAUTHORIZED', vent: 5 }],
    ['svarer_feil', { type: 'deferred', kode: 'UPSTREAM_FAULT', vent: 5 }],
    ['naas_ikke', { type: 'deferred', kode: 'TRANSPORT', vent: 5 }],
  ] as const) {
    it(`${art}: ${outcome.type} ${outcome.kode}, without any national id, and nothing is followed`, async () => {
      const { deliver, followed } = channel({ type: 'nei', art, grunn: 'ord om 01029400470', vent: 5 });
      const utfall = await deliver();
      expect(utfall).to.include(outcome);
      const { nb, en } = (utfall as Exclude<Utfall, { type: 'sent' }>).grunn;
      for (const text of [nb, en]) expect(text).to.match(/^Altinn .*ord om …»?$/);
      expect(followed).to.deep.equal([]);
    });
  }
});

describe('channels/altinn, the source of status', () => {
  const t0 = testTime.getTime();

  /** One letter that is followed, and what is asked and written. */
  function source(status: Altinnstatus | null, there: Awaited<ReturnType<Altinn['statuser']>>) {
    const written: { status: string | null; klar: number | null; spurt: number | null }[] = [];
    let due = true;
    const kilde = statuskilde({
      clock: { now: () => testTime },
      pause: PAUSE,
      antall: 10,
      tjeneste: altinnStatustjeneste({
        send: async () => ({ type: 'ja', verdi: { id: '', varslet: true } }),
        statuser: async () => there,
      }),
      overleveringer: {
        begynn: async () => undefined,
        forfalte: async () => {
          const found = due
            ? [{ meldingsId: 'a', konversasjonsId: 'k', oppstroemsId: 'o', status, endret: testTime }]
            : [];
          due = false;
          return found;
        },
        sett: async (_, found, klar, spurt) =>
          void written.push({
            status: found.status,
            klar: klar && klar.getTime() - t0,
            spurt: spurt && spurt.getTime() - t0,
          }),
        sistSpurt: async () => undefined,
        haster: async () => undefined,
      },
    });
    return { kilde, written };
  }
  const said = (status: Altinnstatus) => ({ svar: [{ id: 'o', status, endret: null }], ubesvart: [], nei: null });

  for (const [status, type] of Object.entries(altinnKvittering) as [Altinnstatus, string | null][]) {
    it(`CONTRACT 10: ${status} is ${type ?? 'nothing new'}`, async () => {
      const { kilde, written } = source(null, said(status));
      const henting = await kilde.hent();
      if (type === null) {
        expect([henting.type, written[0]]).to.deep.equal(['tom', { status, klar: PAUSE, spurt: 0 }]);
        return;
      }
      if (henting.type !== 'kvittering') throw new Error(henting.type);
      const feiltype = { Reserved: 'KLIENT', Failed: 'SERVER' }[status as string] ?? null;
      expect(henting.kvittering).to.include({ type, feiltype, gjelder: 'a', detaljer: `Altinn: ${status}` });
      await kilde.bekreft(henting.bekreftelse);
      const final = !['Published', 'Fetched', 'Archived'].includes(status);
      expect(written.at(-1)).to.deep.equal({ status, klar: final ? null : PAUSE, spurt: 0 });
    });
  }

  it('that a letter can be read is told once', async () => {
    const { kilde, written } = source('Published', said('Fetched'));
    expect(await kilde.hent()).to.deep.equal({ type: 'tom' });
    expect(written).to.deep.equal([{ status: 'Fetched', klar: PAUSE, spurt: 0 }]);
  });

  it('one that could not be told of waits for its turn, and counts as not asked about; one that was not asked stays due', async () => {
    const later = source('Published', { svar: [], utsatt: ['o'], ubesvart: [], nei: null });
    expect(await later.kilde.hent()).to.deep.equal({ type: 'tom' });
    expect(later.written).to.deep.equal([{ status: 'Published', klar: PAUSE, spurt: null }]);
    const nei = { type: 'nei', art: 'svarer_feil', grunn: 'HTTP 429', vent: 9_000 } as const;
    const left = source('Published', { svar: [], ubesvart: ['o'], nei });
    expect(await left.kilde.hent()).to.deep.equal({ type: 'feil', grunn: 'svarer_feil: HTTP 429', vent: 9_000 });
    expect(left.written).to.deep.equal([]);
  });
});
