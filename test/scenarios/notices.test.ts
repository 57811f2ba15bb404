import { expect } from 'chai';
import PostalMime from 'postal-mime';
import { openedCommand } from '../../src/cli/opened.js';
import { loadConfig } from '../../src/config.js';
import { encodeHentStatus } from '../../src/contract/forsendelse/request.js';
import type { Varsel, Varselsender } from '../../src/domain/varselPorts.js';
import { dagtid } from '../../src/domain/varselrunde.js';
import { createMetrics } from '../../src/http/metrics.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.js';
import { smtpoppsett, startSmtp, type SmtpDouble } from '../../src/sandbox/varsel/smtp.js';
import { serverIdentity } from '../../src/sandbox/varsel/tls.js';
import { varselsenderOf } from '../../src/sending/varsel.js';
import { callDoor, hentKvitteringer, sender, type Stand } from '../support/forsendelser.js';
import { testCertsDir } from '../support/gateway.js';
import { runCommand } from '../support/runCommand.js';
import { openDoors, startSending, type SendingWorld } from '../support/sending.js';
import { is, steps, types } from '../support/sendingSteps.js';
import { eachStore } from '../support/stores.js';

const week = 7 * 86_400_000;
const [development] = developmentAccounts;
const account = { user: development.brukernavn, password: development.passord };

describe('notices of letters in a portal', function () {
  this.timeout(120_000);
  eachStore((database) => {
    let world: SendingWorld;
    const sent: Varsel[] = [];
    const dead = new Set<string>();
    let smtp: SmtpDouble;
    let sandbox: Sandbox;
    let post: Awaited<ReturnType<typeof varselsenderOf>>;
    const byMail = 'kari@real.example';
    const varselsender: Varselsender = {
      kanaler: new Set(['EPOST', 'SMS']),
      kjennerIgjen: new Set(),
      send: async (varsel, signal) => {
        if (varsel.adresse === byMail) return post!.send(varsel, signal);
        if (dead.has(varsel.adresse)) return { type: 'avvist', grunn: 'nobody here' };
        sent.push(varsel);
        return { type: 'sendt' };
      },
    };
    before(async () => {
      const pki = await ensureDevelopmentPki(testCertsDir);
      const clock = { now: () => new Date() };
      smtp = await startSmtp({ tls: await serverIdentity(pki), now: clock.now });
      const nowhere = { trayDir: 'never-used', brokerUrl: async () => undefined, lost: () => undefined };
      sandbox = await startSandbox(pki, 0, { ...nowhere, smtp });
      post = await varselsenderOf(loadConfig(smtpoppsett(smtp, pki)), { clock, metrics: createMetrics() });
      world = await startSending(database.url(), { varselsender });
      await world.registerSenders((tx) =>
        tx.putOrganisation({
          organisasjonsnummer: sender,
          navn: identities.sender.organisasjon,
          tillatUsignertPaaVegneAv: false,
          avsenderpolicy: { utenPostkasse: 'PORTAL', egenVarsling: false, papirUtenVarsel: true },
          fra: new Date('2014-11-19T00:00:00Z'),
          til: null,
        }),
      );
    });
    after(async () => {
      await world.stop();
      post?.close();
      await sandbox.close();
      await smtp.stop();
    });
    const { registered, letterTo, accepted } = steps(() => world);
    const fresh = (verdi: string) => ({ verdi, sistOppdatert: new Date(), sistVerifisert: null });
    const person = (verdi: string) =>
      registered({ postkasse: null, epostadresse: fresh(verdi), mobiltelefonnummer: null });
    /** Moves the calendar to the next daytime, at least so many milliseconds ahead. */
    const toDaytime = async (ms = 0) => {
      const now = new Date(Date.now() + (await world.store.calendar.ahead()));
      await world.moveCalendar(dagtid(new Date(now.getTime() + ms), true).getTime() - now.getTime() + 1_000);
    };
    const notified = (times: number) => (stand: Stand) => types(stand).filter((t) => t === 'VARSLET').length === times;
    const to = (adresse: string) => sent.filter((varsel) => varsel.adresse === adresse);
    const opened = (...args: readonly string[]) =>
      runCommand(
        (program) =>
          openedCommand(program, { runningUrl: async () => world.url, account: () => account, password: undefined }),
        'opened',
        ...args,
      );

    it('R-16, R-17, R-22: told by day, once more after a week where nobody has opened it, and on paper where nobody could be told', async () => {
      const [read, unread, lost] = await Promise.all(['read@a.no', 'unread@a.no', 'lost@a.no'].map(person));
      dead.add('lost@a.no');
      const letters = [read, unread, lost].map((one) => letterTo(one!, { klasse: 'VEDTAK', virkningstidspunkt: null }));
      const [first, second, third] = await Promise.all(letters.map(accepted));
      await world.until(first!, is('OVERLATT'));
      await toDaytime();
      for (const ref of [first!, second!]) await world.until(ref, notified(1));
      const paper = await world.until(third!, is('LEVERT'));
      expect([paper.kanal, types(paper).filter((t) => t === 'VARSLINGFEILET').length]).to.deep.equal(['UTSKRIFT', 2]);
      const receipts = (await hentKvitteringer(world.url)).text;
      expect(receipts).to.contain('NOT_NOTIFIED').and.not.contain('lost@a.no');

      const at = new Date().toISOString();
      const told = await opened('--ref', first!, '--at', at);
      expect([told.code, told.out, told.err]).to.deep.equal([0, 'The letter is AAPNET.\n', '']);
      expect((await callDoor(world.url, encodeHentStatus({ eksterneRefer: [first!] }))).text).to.contain(
        `skjedd>${at}<`,
      );
      await toDaytime(week);
      await world.until(second!, notified(2));
      expect(new Set(to('unread@a.no').map(({ id }) => id)).size).to.equal(2);
      await toDaytime(week);
      expect([to('read@a.no').length, to('unread@a.no').length]).to.deep.equal([1, 2]);
      expect(await world.until(first!, is('AAPNET'))).to.satisfy(notified(1));
    });

    it('R-16, R-24: the worker’s e-mail arrives at a mail server as text and HTML, and holds no national id', async () => {
      const kari = await person(byMail);
      const ref = await accepted(letterTo(kari, { klasse: 'VEDTAK', virkningstidspunkt: null }));
      await toDaytime();
      await world.until(ref, notified(1));
      const emne = 'Du har fått et vedtak eller et annet viktig brev';
      const listed = (await (await fetch(`${sandbox.url}/control/notices`)).json()) as readonly object[];
      expect(listed.at(-1)).to.include({ kanal: 'EPOST', til: byMail, emne });

      const { octets } = smtp.mottatt.at(-1)!;
      const { subject, text, html } = await PostalMime.parse(octets);
      expect(subject).to.equal(emne);
      expect(text).to.contain('Du har fått et vedtak');
      expect(html).to.contain('<!doctype html>').and.to.contain('Du har fått et vedtak');
      const wire = octets.toString('latin1').replaceAll('=\r\n', '');
      expect(wire, 'UTF-8 on the wire').to.match(/^Subject: =\?UTF-8\?/im);
      expect(wire).to.match(/^Content-Type: text\/plain; charset=utf-8/im);
      expect(wire).to.match(/^Content-Type: text\/html; charset=utf-8/im);
      // Ids of messages and boundaries are hexadecimal, so they may hold digits in a row, between letters.
      expect(wire).to.not.match(/(?<![\da-f])\d{6}[\s.-]?\d{5}(?![\da-f])/i);
      expect(wire).to.not.contain(kari.personidentifikator);
    });

    it('R-58: warns at its start of SMS that have no price, where they reach somebody', async () => {
      const warned = (lines: readonly string[]) =>
        lines.filter((line) => line.includes('SMS go out that have no price'));
      expect(warned(world.logLines)).to.deep.equal([]);
      const { config, pki } = world;
      const clock = { now: () => new Date() };
      const real = { ...config, mode: 'production', role: 'web' } as const;
      const { lines, close } = await openDoors(real, pki, clock, undefined, undefined, varselsender);
      await close();
      expect(warned(lines)).to.have.length(1);
    });

    it('says what is wrong with an opening that it cannot report', async () => {
      expect((await opened()).err).to.contain('Give the id of the letter, or --ref.');
      expect((await opened('--ref', 'x', '--at', '2026-03-02')).err).to.contain('with its zone');
      expect((await opened('--ref', 'nobody')).err).to.contain('P-2005');
    });
  });
});
