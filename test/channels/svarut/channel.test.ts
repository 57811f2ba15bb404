import { expect } from 'chai';
import { svarutChannel } from '../../../src/channels/svarut/channel.js';
import type { SvarUtBestilling } from '../../../src/domain/svarut/bestilling.js';
import type { Overlevert } from '../../../src/domain/overlevering.js';
import type { Nei, Svar } from '../../../src/domain/svar.js';
import type { SvarUtStatus } from '../../../src/domain/svarut/status.js';
import { ids, letter, toMailbox, toPrint } from '../../support/letters.js';
import { testTime } from '../../support/pki.js';

const PAUSE = 60_000;

function channel(svar: Svar<string>) {
  const sent: { brev: SvarUtBestilling; id: string }[] = [];
  const followed: { letter: Overlevert<SvarUtStatus>; klar: Date }[] = [];
  const made = svarutChannel({
    oppstroem: {
      send: async (brev, id) => {
        sent.push({ brev, id });
        return svar;
      },
      statuser: async () => ({ type: 'ja', verdi: [] }),
      sisteHendelse: async () => ({ type: 'ja', verdi: undefined }),
    },
    overleveringer: {
      begynn: async (one, klar) => void followed.push({ letter: one, klar }),
      forfalte: async () => [],
      sett: async () => undefined,
      sistSpurt: async () => undefined,
      haster: async () => undefined,
    },
    clock: { now: () => testTime },
    pause: PAUSE,
    kanaler: ['UTSKRIFT'],
    kilder: [],
  });
  return { made, sent, followed };
}

describe('channels/svarut', () => {
  it('hands a letter over under its MessageId, and follows it under the id that it has there', async () => {
    const { made, sent, followed } = channel({ type: 'ja', verdi: 'there-1' });
    expect(await made.prepare(letter())).to.equal(undefined);
    expect(await made.deliver(letter({ beslutning: toPrint }))).to.deep.equal({ type: 'sent', til: 'svarut' });
    expect(sent.map(({ id }) => id)).to.deep.equal([ids.message]);
    expect(followed).to.deep.equal([
      {
        letter: {
          meldingsId: ids.message,
          konversasjonsId: ids.conversation,
          oppstroemsId: 'there-1',
          status: null,
          endret: testTime,
        },
        klar: new Date(testTime.getTime() + PAUSE),
      },
    ]);
  });

  it('what has been decided here holds there: paper has no number, everything else no paper', async () => {
    for (const [beslutning, digital] of [
      [toPrint, false],
      [toMailbox, true],
    ] as const) {
      const { made, sent } = channel({ type: 'ja', verdi: 'x' });
      await made.deliver(letter({ beslutning }));
      expect(sent[0]?.brev.mottaker?.digital !== null, beslutning.kanal).to.equal(digital);
      expect(sent[0]?.brev.kunDigitalLevering).to.equal(digital);
    }
  });

  const nei = (art: Nei['art']): Nei => ({ type: 'nei', art, grunn: 'ord om 01029400470', detalj: 'http://x' });
  for (const [art, outcome] of [
    ['innhold', { type: 'rejected', kode: 'UPSTREAM_FAULT' }],
    ['adgang', { type: 'deferred', kode: 'UNAUTHORIZED' }],
    ['svarer_feil', { type: 'deferred', kode: 'UPSTREAM_FAULT' }],
    ['naas_ikke', { type: 'deferred', kode: 'TRANSPORT', detalj: 'http://x' }],
  ] as const) {
    it(`${art}: ${outcome.type} ${outcome.kode}, without any national id, and nothing is followed`, async () => {
      const { made, followed } = channel(nei(art));
      const utfall = await made.deliver(letter({ beslutning: toPrint }));
      expect(utfall).to.include(outcome);
      if (utfall.type === 'sent') throw new Error('it was sent');
      for (const ord of Object.values(utfall.grunn)) expect(ord).to.match(/ord om …»?$/);
      expect(followed).to.deep.equal([]);
    });
  }
});
