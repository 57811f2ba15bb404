import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createCircuits } from '../../../src/application/circuits.js';
import { dispatch } from '../../../src/application/dispatch.js';
import { mottaKvittering } from '../../../src/application/mottaKvittering.js';
import type { Channel } from '../../../src/domain/channel.js';
import { ordrett } from '../../../src/domain/hendelsestekst.js';
import type { MottattKvittering } from '../../../src/domain/receipts.js';
import type { Kanal } from '../../../src/domain/routing/decision.js';
import type { Tilstand } from '../../../src/domain/shipment.js';
import { Failure } from '../../../src/errors.js';
import { memoryStore } from '../../support/memoryStore.js';
import { mailbox } from '../../support/letters.js';
import { testTime } from '../../support/pki.js';
import { codeOf } from '../shipping.js';
import { konto, regler, svarutWorld } from './world.js';

let receipts = 0;

describe('application/svarut: ways that fail', () => {
  /** A letter that its mailbox has taken over, or what `tilstand` says. */
  const taken = async (tilstand: Tilstand = 'SENDT', kunDigitalLevering = false) => {
    const store = memoryStore();
    const world = svarutWorld(store);
    await world.begin();
    await store.unitOfWork((tx) => tx.putSvarUtKonto({ ...regler, altinn: false }));
    const id = await world.tjeneste.send(konto, await world.order({ kunDigitalLevering }), null);
    const [job] = await store.queue.claim(testTime, 60_000, 1, () => Infinity);
    if (job === undefined) throw new Error('no job');
    const blob = { ref: 'r', size: 1, sha256: '00' };
    const { meldingsId = '', konversasjonsId = '' } = (await store.shipments.byId(id)) ?? {};
    await store.unitOfWork(async (tx) => {
      await tx.endJob(job);
      await tx.updateShipment(id, { tilstand, pakke: { meldingsId, sbd: blob, cms: blob } });
      await tx.updateSvarUt(id, { status: tilstand === 'SENDT' ? 'SENDT_SDP' : 'LEVERT_SDP' });
    });
    let registerFails = false;
    const motta = (type: MottattKvittering['type']) =>
      mottaKvittering({
        ...world.deps,
        unitOfWork: store.unitOfWork,
        decideAgain: (shipment, uten) => {
          if (registerFails) throw new Failure('UNAVAILABLE', 'the register does not answer');
          return world.decideAgain(shipment, uten);
        },
      })({
        type,
        feiltype: type === 'feil' ? 'SERVER' : null,
        detaljer: '',
        konversasjonsId,
        leverandoer: mailbox,
        replay: { key: createHash('sha256').update(`receipt ${++receipts}`).digest(), expires: testTime },
      });
    const stand = async () => {
      const shipment = await store.shipments.byId(id);
      const brev = await store.svarut.brev(id);
      const jobs = (await store.shipments.queue(10)).length;
      return { tilstand: shipment?.tilstand, status: brev?.status, proevd: brev?.proevd, jobs };
    };
    return { world, store, id, motta, stand, failRegister: (fails: boolean) => (registerFails = fails) };
  };

  for (const type of ['feil', 'varslingfeilet'] as const) {
    it(`${type} before the letter is delivered: it goes on paper, and keeps its status until it has gone`, async () => {
      const { motta, stand, store, id } = await taken();
      expect(await motta(type)).to.equal(true);
      expect(await stand()).to.deep.equal({ tilstand: 'MOTTATT', status: 'SENDT_SDP', proevd: ['POSTKASSE'], jobs: 1 });
      expect((await store.shipments.byId(id))?.beslutning).to.deep.include({ utfall: 'SEND', kanal: 'UTSKRIFT' });
    });

    it(`${type} when only digital will do: IKKE_LEVERT`, async () => {
      const { motta, stand } = await taken('SENDT', true);
      await motta(type);
      expect(await stand()).to.deep.equal({
        tilstand: 'FEILET',
        status: 'IKKE_LEVERT',
        proevd: ['POSTKASSE'],
        jobs: 0,
      });
    });

    it(`${type} after the letter is delivered: it stays, and is never printed`, async () => {
      const { motta, stand } = await taken('LEVERT');
      await motta(type);
      expect(await stand()).to.deep.equal({ tilstand: 'LEVERT', status: 'LEVERT_SDP', proevd: [], jobs: 0 });
    });
  }

  it('a register that does not answer leaves everything as it was, and the provider is asked to report again', async () => {
    const { motta, stand, failRegister } = await taken();
    failRegister(true);
    const before = await stand();
    expect(await codeOf(motta('feil'))).to.equal('UNAVAILABLE');
    expect(await stand()).to.deep.equal(before);
    failRegister(false);
    await motta('feil');
    expect((await stand()).tilstand).to.equal('MOTTATT');
  });

  it('no receipt of a SvarUt letter waits for the sender at Forsendelse', async () => {
    const { motta, store } = await taken();
    await motta('levering');
    const { organisasjonsnummer } = konto;
    expect(await store.queue.leaseReceipts(organisasjonsnummer, 'NORMAL', testTime, 0, 9)).to.deep.equal([]);
  });

  /** Lets a letter have turns until nothing is due, on channels that answer as given. */
  const turns = async (
    answers: Partial<Record<Kanal, Awaited<ReturnType<Channel['deliver']>>>>,
    kunDigital = false,
  ) => {
    const store = memoryStore();
    const world = svarutWorld(store);
    await world.begin();
    const id = await world.tjeneste.send(konto, await world.order({ kunDigitalLevering: kunDigital }), null);
    const went: string[] = [];
    const channels = new Map<Kanal, Channel>(
      (['POSTKASSE', 'ALTINN', 'UTSKRIFT'] as const).map((kanal) => [
        kanal,
        {
          prepare: async () => undefined,
          deliver: async () => {
            went.push(kanal);
            return answers[kanal] ?? { type: 'sent' };
          },
        },
      ]),
    );
    const run = dispatch({
      ...world.deps,
      unitOfWork: store.unitOfWork,
      random: () => 0,
      channels,
      decideAgain: world.decideAgain,
      circuits: createCircuits(),
    });
    for (let n = 0; n < 9; n++)
      for (const job of await store.queue.claim(testTime, 60_000, 9, () => Infinity)) await run(job);
    return { went, status: (await store.svarut.brev(id))?.status, jobs: (await store.shipments.queue(9)).length };
  };
  const no = { type: 'rejected', kode: 'EBMS:0003', grunn: ordrett('no') } as const;

  it('a provider that refuses: the next way, each once; paper is the last, and nothing is printed twice', async () => {
    expect(await turns({})).to.deep.equal({ went: ['POSTKASSE'], status: 'SENDT_SDP', jobs: 0 });
    expect(await turns({ POSTKASSE: no })).to.deep.equal({ went: ['POSTKASSE', 'ALTINN'], status: 'VARSLET', jobs: 0 });
    const paper = { went: ['POSTKASSE', 'ALTINN', 'UTSKRIFT'], jobs: 0 };
    expect(await turns({ POSTKASSE: no, ALTINN: no })).to.deep.equal({ ...paper, status: 'SENDT_PRINT' });
    const all = { POSTKASSE: no, ALTINN: no, UTSKRIFT: no };
    expect(await turns(all)).to.deep.equal({ ...paper, status: 'IKKE_LEVERT' });
    expect(await turns(all, true)).to.deep.equal({ went: ['POSTKASSE', 'ALTINN'], status: 'IKKE_LEVERT', jobs: 0 });
  });
});
