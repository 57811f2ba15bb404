import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { mottaKvittering } from '../../src/application/mottaKvittering.js';
import { takeUpAgain } from '../../src/application/takeUpAgain.js';
import { tekst } from '../../src/domain/hendelsestekst.js';
import type { MottattKvittering } from '../../src/domain/receipts.js';
import type { Store } from '../../src/store/index.js';
import { accept, at, hendelse, shipment, withStores } from '../store/support/shipments.js';
import { eachStore } from '../support/stores.js';

const now = at(1000);
const blob = (): { ref: string; size: number; sha256: string } => ({
  ref: randomUUID(),
  size: 1,
  sha256: 'ab'.repeat(32),
});
const dokument = () => ({ filnavn: 'brev.pdf', tittel: 'Brev', mimetype: 'application/pdf', innhold: blob() });

eachStore((database) => {
  describe('application/takeUpAgain', () => {
    const stores = withStores(database, 1);
    const store = (): Store => stores()[0] as Store;

    /** A letter that was given up, as dispatch does it; MOTTATT: as it is when it could not be read. */
    async function givenUp(tilstand: 'FEILET' | 'MOTTATT' = 'FEILET') {
      const letter = shipment({ hoveddokument: dokument(), vedlegg: [] });
      await accept(store(), letter);
      const [job] = await store().queue.claim(at(1), 60_000, 1, () => Infinity);
      await store().unitOfWork(async (tx) => {
        if (job === undefined || !(await tx.giveUpJob(job))) throw new Error('it was not claimed');
        if (tilstand === 'MOTTATT') return;
        await tx.appendShipmentEvent(letter.id, hendelse({ type: 'OPPGITT', tid: at(2) }));
        await tx.updateShipment(letter.id, { tilstand });
      });
      return letter;
    }

    /** An error of a provider about a letter; of the one that was addressed when nothing else is said. */
    const feil = (konversasjonsId: string, leverandoer = '984661185'): MottattKvittering => ({
      type: 'feil',
      feiltype: 'KLIENT',
      detaljer: 'Ukjent postkasse',
      konversasjonsId,
      leverandoer,
      replay: { key: createHash('sha256').update(randomUUID()).digest(), expires: at(9000) },
    });

    const motta = (message: MottattKvittering): Promise<boolean> =>
      mottaKvittering({
        ...store(),
        clock: { now: () => now },
        calendar: { now: () => now },
        decideAgain: () => Promise.reject(new Error('nobody asks the register about a letter that was given up')),
      })(message);
    const again = (id: string) => takeUpAgain({ ...store(), clock: { now: () => now } })(id);
    const told = async () => (await store().queue.leaseReceipts('310000019', 'NORMAL', now, 1000, 9)).length;
    const free = () => store().retention.forget(now, 9);

    it('R-40: an error that decides nothing keeps no operator from taking a letter up again, nor its contents from it', async () => {
      const letter = await givenUp();
      await motta(feil(letter.konversasjonsId, '996460320'));
      expect((await store().shipments.events(letter.id)).at(-1)).to.include({ type: 'FEIL', kode: 'feil' });
      expect([await free(), await told()]).to.deep.equal([[], 0]);
      expect(await again(letter.id)).to.deep.equal({ type: 'due' });
      expect((await store().shipments.byId(letter.id))?.tilstand).to.equal('MOTTATT');
      expect((await store().queue.claim(now, 60_000, 9, () => Infinity)).map((job) => job.shipmentId)).to.deep.equal([
        letter.id,
      ]);
      expect(await again(letter.id)).to.deep.equal({ type: 'not-given-up', tilstand: 'MOTTATT' });
    });

    it('F13: a letter that could not be read when it was given up is still MOTTATT, and is taken up again', async () => {
      const letter = await givenUp('MOTTATT');
      expect(await again(letter.id)).to.deep.equal({ type: 'due' });
      expect(await again(letter.id)).to.deep.equal({ type: 'not-given-up', tilstand: 'MOTTATT' });
    });

    it('R-40: one of its provider ends it for good: its sender is told once, its contents are free, and it is not taken up again', async () => {
      const letter = await givenUp();
      await motta(feil(letter.konversasjonsId));
      await motta(feil(letter.konversasjonsId));
      expect(await told()).to.equal(1);
      expect(await free()).to.deep.equal([letter.forsendelse.hoveddokument.innhold.ref]);
      expect((await store().shipments.queue(9)).filter((row) => row.shipmentId === letter.id)).to.deep.equal([]);
      const grunn = `${tekst('KVITTERING_FEIL').en} KLIENT. Ukjent postkasse`;
      expect(await again(letter.id)).to.deep.equal({ type: 'refused', grunn });
      expect((await store().shipments.byId(letter.id))?.tilstand).to.equal('FEILET');
    });
  });
});
