import { expect } from 'chai';
import type { Person } from '../../src/domain/person.js';
import { resident } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { konto, svarutSteps } from '../support/svarutSteps.js';

/** Two Posthorns: letters on paper and to Altinn go by the one below to the one above, which is its SvarUt. */
describe('SvarUt by a SvarUt upstream', function () {
  this.timeout(60_000);
  let above: SendingWorld;
  let below: SendingWorld;
  before(async () => {
    above = await startSending();
    below = await startSending(undefined, {
      settings: (addresses) => ({
        POSTHORN_SDP_PROVIDERS: addresses,
        POSTHORN_SVARUT_UPSTREAM_URL: new URL(above.url).origin,
        POSTHORN_SVARUT_UPSTREAM_USER: konto.brukernavn,
        POSTHORN_SVARUT_UPSTREAM_PASSWORD: 'svarut-dev-password',
        POSTHORN_SVARUT_UPSTREAM_POLL: '1',
      }),
    });
  });
  after(async () => {
    await below.stop();
    await above.stop();
  });
  const steps = svarutSteps(() => below);

  /** Somebody whom both registers know. */
  const known = async (changes: Partial<Person>): Promise<{ readonly fnr: string }> => {
    const person = resident(changes);
    for (const { store } of [above, below]) await store.unitOfWork((tx) => tx.upsertPersons([person]));
    return { fnr: person.personidentifikator };
  };
  const meldingsIdOf = async (id: string): Promise<string> => (await below.store.shipments.byId(id))?.meldingsId ?? '';
  const statusAbove = async (id: string) => (await above.svarut.statuser(konto, [id]))[0]?.status;
  const printed = async (id: string) =>
    above.lettersIn((await above.store.shipments.byId(id))?.konversasjonsId ?? '').map(({ provider }) => provider);

  it('paper: the statuses converge, and one letter is printed', async () => {
    const id = await steps.send(await steps.order(await known({ reservasjon: true })));
    const history = await steps.until(id, 'PRINTET');
    expect(history).to.include('Printet og postlagt');
    const there = await meldingsIdOf(id);
    expect(await statusAbove(there)).to.equal('PRINTET');
    expect(await printed(there)).to.deep.equal(['utskrift']);
    expect(below.lettersIn((await below.store.shipments.byId(id))?.konversasjonsId ?? '')).to.deep.equal([]);
  });

  it('Altinn that the one above does not have: it goes on paper from here, once', async () => {
    const id = await steps.send(await steps.order(await known({ postkasse: null })));
    const first = await meldingsIdOf(id);
    await steps.until(id, 'PRINTET', 30_000);
    const second = await meldingsIdOf(id);
    expect(second).not.to.equal(first);
    expect(await statusAbove(first)).to.equal('IKKE_LEVERT');
    expect(await statusAbove(second)).to.equal('PRINTET');
    expect(await printed(second)).to.deep.equal(['utskrift']);
  });
});
