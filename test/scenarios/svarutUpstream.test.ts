import { expect } from 'chai';
import { brev, postadresse, testperson, type Stand } from '../support/forsendelser.js';
import { hentStatus, sendBrev } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { konto, startSvarUtDouble, type SvarUtDouble } from '../support/svarutUpstream.js';

const types = (stand: Stand): string[] => stand.hendelser.map((h) => h.type);

const settingsOf: Readonly<Record<'soap' | 'rest', (url: string) => Readonly<Record<string, string>>>> = {
  soap: () => ({}),
  rest: (url) => ({
    POSTHORN_SVARUT_UPSTREAM_KIND: 'rest',
    POSTHORN_SVARUT_UPSTREAM_KONTO: konto.kontoId,
    POSTHORN_SVARUT_UPSTREAM_MASKINPORTEN_URL: url,
    POSTHORN_SVARUT_UPSTREAM_MASKINPORTEN_CLIENT: konto.klient,
  }),
};

const common = (url: string): Readonly<Record<string, string>> => ({
  POSTHORN_SVARUT_UPSTREAM_URL: url,
  POSTHORN_SVARUT_UPSTREAM_USER: konto.bruker,
  POSTHORN_SVARUT_UPSTREAM_PASSWORD: konto.passord,
  POSTHORN_SVARUT_UPSTREAM_POLL: '1',
});

for (const kind of ['soap', 'rest'] as const) {
  describe(`sending a letter by a SvarUt upstream, ${kind}`, function () {
    this.timeout(60_000);
    let double: SvarUtDouble;
    let world: SendingWorld;
    before(async () => {
      double = await startSvarUtDouble();
      world = await startSending(undefined, {
        settings: () => ({ ...common(double.url), ...settingsOf[kind](double.url) }),
      });
    });
    after(async () => {
      await world.stop();
      await double.stop();
    });
    afterEach(() => {
      for (const name of Object.keys(double.behaviour)) delete double.behaviour[name as keyof typeof double.behaviour];
      expect(double.violations).to.deep.equal([]);
    });

    const paper = (changes: Partial<ReturnType<typeof brev>> = {}) =>
      brev('reserved', { mottaker: { id: testperson('reserved').personidentifikator, postadresse }, ...changes });
    const accepted = async (letter = paper()): Promise<string> => {
      const svar = await sendBrev(world.url, letter);
      expect(svar.status, svar.text).to.equal(200);
      return letter.eksternRef;
    };
    const there = async (ref: string) => {
      const { meldingsId } = await world.stored(ref);
      const found = double.letters.filter(({ id, order }) => id === meldingsId || order.includes(meldingsId));
      return { found, id: found[0]?.id ?? '' };
    };
    const until = (ref: string, tilstand: string) => world.until(ref, (s) => s.tilstand === tilstand);

    it('CONTRACT 6: paper goes there once, without the number of its reader, and comes back as production, posting and reading', async () => {
      const ref = await accepted();
      const sent = await until(ref, 'SENDT');
      expect(sent.leverandoer).to.equal('971032146');
      const { found, id } = await there(ref);
      expect(found).to.have.length(1);
      expect(found[0]?.order).not.to.contain(testperson('reserved').personidentifikator);
      for (const [status, tilstand] of [
        ['SENDT_PRINT', 'I_PRODUKSJON'],
        ['PRINTET', 'LEVERT'],
        ['LEST', 'AAPNET'],
      ] as const) {
        double.tell(id, status);
        await until(ref, tilstand);
      }
      const { hendelser } = (await hentStatus(world.url, [ref]))[0] as Stand;
      expect(hendelser.filter(({ type }) => ['MOTTAK', 'LEVERING', 'AAPNING'].includes(type))).to.have.length(3);
    });

    it('a letter for a mailbox goes by our own channel', async () => {
      const before = double.letters.length;
      await until(await accepted(brev('digipost')), 'LEVERT');
      expect(double.letters).to.have.length(before);
    });

    it('what cannot be delivered there has failed here, with the reason', async () => {
      const ref = await accepted();
      await until(ref, 'SENDT');
      double.tell((await there(ref)).id, 'IKKE_LEVERT', 'Adressen finnes ikke');
      const stand = await until(ref, 'FEILET');
      expect(stand.hendelser.at(-1)?.tekst).to.contain('IKKE_LEVERT').and.to.contain('Adressen finnes ikke');
    });

    it('VARSLET there is told, and changes nothing here', async () => {
      const ref = await accepted();
      await until(ref, 'SENDT');
      double.tell((await there(ref)).id, 'VARSLET');
      const stand = await world.until(ref, (s) => s.hendelser.some(({ tekst }) => tekst.includes('VARSLET')));
      expect(stand.tilstand).to.equal('SENDT');
    });

    it('an answer that was lost: one letter there', async () => {
      double.behaviour.loseAnswer = true;
      const ref = await accepted();
      await world.until(ref, (s) => types(s).includes('FORSOEK_UTSATT'));
      delete double.behaviour.loseAnswer;
      await until(ref, 'SENDT');
      expect((await there(ref)).found).to.have.length(1);
    });

    it('a refusal is final and told; our account being refused is not, and says what to do', async () => {
      double.behaviour.refuse = 'Ugyldig innhold: tittel mangler';
      const refused = await until(await accepted(), 'FEILET');
      expect(refused.hendelser.at(-1)?.tekst).to.contain('Ugyldig innhold: tittel mangler');
      delete double.behaviour.refuse;
      double.behaviour.status = 401;
      const ref = await accepted();
      const waits = await world.until(ref, (s) => types(s).includes('FORSOEK_UTSATT'));
      expect(waits.tilstand).to.equal('MOTTATT');
      expect(waits.hendelser.at(-1)).to.deep.include({ kode: 'UNAUTHORIZED' });
      expect(waits.hendelser.at(-1)?.tekst).to.contain('does not let us in');
    });

    it('status that cannot be had is asked for again, and no letter waits for another that is unknown there', async () => {
      const refs = [await accepted(), await accepted()];
      for (const ref of refs) await until(ref, 'SENDT');
      const [lost, found] = await Promise.all(refs.map(async (ref) => (await there(ref)).id));
      double.behaviour.status = 503;
      await world.until(refs[0] ?? '', () => world.logLines.some((line) => line.includes('fetching receipts failed')));
      delete double.behaviour.status;
      double.behaviour.missing = new Set([lost ?? '']);
      double.tell(found ?? '', 'PRINTET');
      await until(refs[1] ?? '', 'LEVERT');
    });
  });
}
