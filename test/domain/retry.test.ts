import { expect } from 'chai';
import { ordrett, tekst } from '../../src/domain/hendelsestekst.js';
import { ebmsOutcome, kortestePause, next, taalmodighet } from '../../src/domain/retry.js';

const first = new Date('2026-01-15T11:00:00Z');
const after = (ms: number) => new Date(first.getTime() + ms);
const deferred = { type: 'deferred', kode: 'EBMS:0004', grunn: ordrett('Other') } as const;
const almostOne = 1 - 2 ** -53;
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** Milliseconds to the next attempt, when the attempt is made at once. */
const pause = (prioritet: 'NORMAL' | 'PRIORITERT', attempt: number, random: number): number => {
  const result = next(deferred, attempt, first, prioritet, first, random);
  return 'neste' in result ? result.neste.getTime() - first.getTime() : NaN;
};

describe('domain/retry', () => {
  describe('back-off', () => {
    it('doubles the longest pause at each attempt, up to the ceiling', () => {
      const longest = (p: 'NORMAL' | 'PRIORITERT', attempts: readonly number[]) =>
        attempts.map((n) => Math.round(pause(p, n, almostOne) / 1000));
      expect(longest('NORMAL', [1, 2, 3, 4, 7, 8, 9, 2000])).to.deep.equal([30, 60, 120, 240, 1920, 3600, 3600, 3600]);
      expect(longest('PRIORITERT', [1, 2, 3, 6, 7, 8, 2000])).to.deep.equal([5, 10, 20, 160, 300, 300, 300]);
    });
    it('has full jitter: the dice decide between nothing and the longest', () => {
      expect([0.25, 0.5, 0.75].map((r) => pause('NORMAL', 8, r))).to.deep.equal([
        15 * minute,
        30 * minute,
        45 * minute,
      ]);
    });
    it('is as long as the other side asks for, but never longer than the longest', () => {
      const asked = (vent: number) => next({ ...deferred, vent }, 1, first, 'PRIORITERT', first, 0);
      expect([0, 7_000, hour].map(asked)).to.deep.equal([
        { neste: after(kortestePause) },
        { neste: after(7_000) },
        { neste: after(5 * minute) },
      ]);
    });
    it('is never shorter than a second', () => {
      expect([pause('NORMAL', 1, 0), pause('PRIORITERT', 1, 0.1)]).to.deep.equal([kortestePause, kortestePause]);
    });
  });

  describe('R-37: lifetime', () => {
    const lifetimes = { PRIORITERT: day, NORMAL: 30 * day, VARSEL: 2 * day } as const;
    for (const prioritet of ['PRIORITERT', 'NORMAL', 'VARSEL'] as const) {
      const end = lifetimes[prioritet];
      const at = (ms: number) => next(deferred, 40, first, prioritet, after(ms), almostOne);
      it(`${prioritet} is ${end / hour} hours: the last attempt is at its end, and then it is given up`, () => {
        expect(taalmodighet[prioritet].levetid).to.equal(end);
        expect(at(end - 1)).to.deep.equal({ neste: after(end) });
        const reason = {
          nb: `Oppgitt etter 40 forsøk på ${end / hour} timer. Det siste: Other`,
          en: `Given up after 40 attempts in ${end / hour} hours. The last: Other`,
        };
        expect(at(end)).to.deep.equal({ oppgitt: reason });
        expect(at(end + 1)).to.deep.equal({ oppgitt: reason });
      });
    }
    it('moves on with every attempt, so that it ends', () => {
      let now = first;
      for (let attempt = 1; ; attempt++) {
        const result = next(deferred, attempt, first, 'NORMAL', now, 0.5);
        if ('oppgitt' in result) break;
        expect(result.neste.getTime()).to.be.greaterThan(now.getTime());
        now = result.neste;
      }
      expect(now).to.deep.equal(after(30 * day));
    });
  });

  it('gives a rejection up at once', () =>
    expect(
      next(
        { type: 'rejected', kode: 'EBMS:0003', grunn: ordrett('ValueInconsistent') },
        1,
        first,
        'NORMAL',
        first,
        0.5,
      ),
    ).to.deep.equal({ oppgitt: ordrett('EBMS:0003: ValueInconsistent') }));

  describe('R-40: ebMS errors in answer to a push', () => {
    const quoted = (en: string) => ({ nb: `«${en}»`, en });
    const final: readonly (readonly [string, string])[] = [
      ['EBMS:0001', 'ValueNotRecognized'],
      ['EBMS:0003', 'ValueInconsistent'],
      ['EBMS:0007', 'MimeInconsistency'],
      ['EBMS:0008', 'FeatureNotSupported'],
      ['EBMS:0009', 'InvalidHeader'],
      ['EBMS:0010', 'ProcessingModeMismatch'],
      ['EBMS:0011', 'ExternalPayloadError'],
      ['EBMS:0101', 'FailedAuthentication'],
      ['EBMS:0102', 'FailedDecryption'],
      ['EBMS:0103', 'PolicyNoncompliance'],
    ];
    for (const [code, name] of final)
      it(`${code} ${name} is final`, () => {
        const rejected = { type: 'rejected', kode: code, grunn: tekst('LEVERANDOER_AVVISTE', { ord: quoted(name) }) };
        expect(ebmsOutcome(code, name)).to.deep.equal(rejected);
        expect(ebmsOutcome(code, null)).to.deep.equal(rejected);
      });
    for (const code of ['EBMS:0004', 'EBMS:0002', 'EBMS:0005', 'EBMS:0006', 'EBMS:0201', 'EBMS:0202', 'EBMS:9999', ''])
      it(`${code || 'an empty code'} is tried again`, () =>
        expect(ebmsOutcome(code, 'Other')).to.deep.equal({
          type: 'deferred',
          kode: code,
          grunn: tekst('LEVERANDOER_KUNNE_IKKE', { ord: quoted('Other') }),
        }));
    it('a fault without an ebMS error is tried again', () =>
      expect(ebmsOutcome(null, null)).to.deep.equal({
        type: 'deferred',
        kode: 'EBMS:0004',
        grunn: tekst('LEVERANDOER_KUNNE_IKKE', { ord: { nb: 'uten beskrivelse', en: 'no description' } }),
      }));
    it('no name of a member that objects have is a code', () => {
      for (const code of ['constructor', 'toString', '__proto__'])
        expect(ebmsOutcome(code, 'Other').type, code).to.equal('deferred');
    });
    it("keeps a provider's words short, and no national id of theirs", () => {
      const { grunn } = ebmsOutcome('EBMS:0003', `Unknown 15819010029 and 158190 10029 ${'x'.repeat(500)}`);
      expect(grunn.en).to.match(/^The provider refused the message: Unknown … and … x+$/);
      expect(grunn.en.length).to.be.lessThan(260);
    });
  });
});
