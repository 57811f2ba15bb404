import { expect } from 'chai';
import type { Foresporsel } from '../../src/contract/postkasse/names.js';
import type { Leverandoer } from '../../src/domain/sender.js';
import { postkassetjenester } from '../../src/http/postkassetjenester.js';
import { postkassePolicy } from '../../src/security/policy.js';
import { signingKey } from '../../src/security/sign.js';
import { codeOf } from '../application/shipping.js';
import { lookupTest, person } from '../application/lookups.js';
import { base, chain, trusted } from '../security/attacks/judge.js';
import { kanVelge, slett, textOfRequest } from '../support/mailboxes.js';
import { goodRequest } from '../support/messages.js';
import { testTime } from '../support/pki.js';

const id = '23863814839';
const log = { info: () => {} } as never;
/** The signer's own number, and its registered certificate. */
const signer: Leverandoer = {
  organisasjonsnummer: '310000019',
  navn: 'Postkasse',
  rolle: 'POSTKASSE',
  sertifikat: chain.leaf,
};

describe('http/postkassetjenester', () => {
  /** What is answered to a request of `signer`, where the supplier table holds `leverandoerer`. */
  async function asked(foresporsel: Foresporsel, leverandoerer: readonly Leverandoer[] = [signer]) {
    const { store, deps } = await lookupTest([person(id)]);
    const key = signingKey(base.other.privateKey, base.other.certificate);
    const handle = postkassetjenester({ ...deps, reads: store.reads, key, leverandoerer });
    const { text } = goodRequest({ key: base.key, at: testTime, operation: textOfRequest(foresporsel) });
    const request = await trusted(text, { policy: postkassePolicy });
    const answered = () => handle(request, { correlationId: 'c', log });
    return { answered, events: () => store.events() };
  }

  it('R-26: a provider is answered by its registered certificate, and the trail names it', async () => {
    const { answered, events } = await asked(kanVelge());
    const { operation, envelope } = await answered();
    expect(operation).to.equal('KanVelgeSikkerDigitalPostkasse');
    expect(envelope).to.contain('>JA<');
    expect(events().map((event) => event.organisasjon)).to.deep.equal(['310000019']);
  });

  it('SECURITY 86: one that is registered for print only, by another certificate, or not at all is refused, and nothing is written down', async () => {
    for (const leverandoerer of [
      [{ ...signer, rolle: 'UTSKRIFT' as const }],
      [{ ...signer, sertifikat: base.other.certificate }],
      [],
    ]) {
      const { answered, events } = await asked(kanVelge(), leverandoerer);
      expect(await codeOf(answered())).to.equal('NO_ACCESS');
      expect(events()).to.deep.equal([]);
    }
  });

  it('SECURITY 74: the same signed question again is refused, and the same change answered as before', async () => {
    const question = await asked(kanVelge());
    await question.answered();
    expect(await codeOf(question.answered())).to.equal('REPLAYED');
    const change = await asked(slett({ virksomhetsidentifikator: '310000019' }));
    expect((await change.answered()).envelope).to.contain('INGEN_POSTBOKS_FUNNET');
    expect((await change.answered()).envelope).to.contain('INGEN_POSTBOKS_FUNNET');
    expect(change.events()).to.have.length(1);
  });
});
