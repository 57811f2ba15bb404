import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inboxes } from '../../../src/sandbox/providers/inbox.js';
import type { Inboxes } from '../../../src/sandbox/providers/inbox.js';
import type { NewMailbox } from '../../../src/sandbox/providers/move.js';
import type { Doubles } from '../../../src/sandbox/providers/routes.js';
import { providerNames } from '../../../src/sandbox/providers/types.js';
import type { Letter, ProviderName, Report } from '../../../src/sandbox/providers/types.js';
import { ensureDevelopmentPki } from '../../../src/sandbox/pki/development.js';
import { startSandbox } from '../../../src/sandbox/server.js';
import type { Sandbox } from '../../../src/sandbox/server.js';
import type { DigitalPost } from '../../../src/contract/sdp/types.js';
import { testCertsDir } from '../../support/gateway.js';
import { digital as digitalPost } from '../../contract/sdp/support.js';

const reader = '23863814839';

function letter(conversationId: string, changes: Partial<DigitalPost['digital']>, opened = true): Letter {
  const post: DigitalPost = {
    ...digitalPost,
    mottaker: { ...digitalPost.mottaker, personidentifikator: reader },
    digital: { ...digitalPost.digital, virkning: null, ...changes },
  };
  return {
    messageId: `m-${conversationId}`,
    conversationId,
    sender: '310000000',
    prioritet: 'NORMAL',
    received: new Date('2026-03-02T12:00:00Z'),
    post,
    flyttet: false,
    pakke: Buffer.alloc(0),
    pakketAv: undefined,
    documents: opened ? [{ filnavn: 'brev.pdf', mimetype: 'application/pdf', innhold: Buffer.from('%PDF') }] : [],
    reported: [],
    opened: null,
  };
}

const mailbox = (organisasjonsnummer: string) => ({ organisasjonsnummer, certificate: Buffer.from('DER') });

describe('sandbox/providers/inbox', () => {
  let held: Record<ProviderName, Letter[]>;
  let reports: [ProviderName, string, Report][];
  let moved: Map<string, ProviderName>;
  let moves: [ProviderName, string, NewMailbox][];
  let users: Inboxes;
  let now: Date;

  beforeEach(() => {
    held = { digipost: [], eboks: [], utskrift: [] };
    reports = [];
    moved = new Map();
    moves = [];
    now = new Date('2026-03-02T12:00:00Z');
    const doubles = Object.fromEntries(
      providerNames.map((name) => [
        name,
        {
          letters: held[name],
          receive: async () => undefined,
          report: async (l: Letter, report: Report) => reports.push([name, l.conversationId, report]) > 0,
          move: async (l: Letter, to: NewMailbox) => (
            moves.push([name, l.conversationId, to]),
            l.conversationId !== 'stuck'
          ),
        },
      ]),
    ) as unknown as Doubles;
    users = inboxes(doubles, moved, { now: () => now }, { digipost: mailbox('1'), eboks: mailbox('2') });
  });

  it('shows whose letter it is, what is in it and what the recipient is told, from both mailboxes', () => {
    held.digipost.push(letter('one', { sikkerhetsnivaa: 4 }));
    held.eboks.push(letter('two', { sikkerhetsnivaa: 3 }));
    const shown = users.inbox(reader);
    expect(shown.map((l) => [l.provider, l.conversationId, l.level])).to.deep.equal([
      ['digipost', 'one', 4],
      ['eboks', 'two', 3],
    ]);
    expect(shown[0]?.files).to.deep.equal([{ name: 'brev.pdf', type: 'application/pdf', octets: 4 }]);
    expect(users.inbox('15903915215')).to.deep.equal([]);
  });

  const texts = { lang: 'nb', tekst: 'Du har post' };
  const sms = (dagerEtter: readonly number[]) => ({ til: '+4799990000', tekst: texts, dagerEtter });
  const told = (conversationId: string): string[] =>
    users
      .inbox(reader)
      .filter((l) => l.conversationId === conversationId)
      .flatMap(({ notified }) => notified.map(({ at, by }) => `${by} ${at}`));

  it('R-21: given the notice of a sender, then Digipost tells as its reader wishes too, and e-Boks only without one', () => {
    now = new Date('2026-03-02T12:00:00Z');
    for (const [name, smsVarsel] of [
      ['ordered', sms([0])],
      ['none', null],
    ] as const)
      for (const provider of ['digipost', 'eboks'] as const)
        held[provider].push(letter(`${provider} ${name}`, { epostVarsel: null, smsVarsel }));
    const at = '2026-03-02T12:00:00.000Z';
    expect(told('digipost ordered')).to.deep.equal([`SMS ${at}`, `own settings ${at}`]);
    expect(told('eboks ordered')).to.deep.equal([`SMS ${at}`]);
    for (const provider of ['digipost', 'eboks'] as const)
      expect(told(`${provider} none`)).to.deep.equal([`own settings ${at}`]);
    expect(users.inbox(reader).map((l) => l.notices.length)).to.deep.equal([2, 1, 1, 1]);
  });

  it('R-17, R-21: given days 0 and 7 and no reader, then exactly one repeat at T + 7 days by the calendar; none where it was opened before', async () => {
    const varsler = { epostVarsel: null, smsVarsel: sms([0, 7]), sikkerhetsnivaa: 3 } as const;
    held.eboks.push(letter('unread', varsler), letter('read', varsler));
    const repeat = Date.parse('2026-03-09T12:00:00Z');
    const first = 'SMS 2026-03-02T12:00:00.000Z';
    now = new Date(repeat - 1);
    expect([told('unread'), told('read')]).to.deep.equal([[first], [first]]);
    const [, read] = held.eboks;
    if (read !== undefined) read.opened = now;
    now = new Date(repeat);
    expect([told('unread'), told('read')]).to.deep.equal([[first, 'SMS 2026-03-09T12:00:00.000Z'], [first]]);
    now = new Date(repeat + 365 * 86_400_000);
    expect([told('unread').length, told('read').length]).to.deep.equal([2, 1]);
  });

  it('R-22: given an address that does not work, then nobody was told by it', () => {
    const failed = letter('failed', { epostVarsel: null, smsVarsel: sms([0]) });
    failed.reported.push('levering', 'varslingfeilet');
    held.eboks.push(failed);
    expect(told('failed')).to.deep.equal([]);
  });

  it('shows no letter whose package has not been opened: it is late, or was refused', () => {
    held.digipost.push(letter('late', {}, false));
    expect(users.inbox(reader)).to.deep.equal([]);
  });

  it('R-35: a letter is there from virkningstidspunkt on by the calendar, is opened from then on, and on a date from midnight in Oslo', async () => {
    held.digipost.push(letter('moment', { virkning: new Date('2026-03-02T12:00:00.001Z'), sikkerhetsnivaa: 3 }));
    held.eboks.push(letter('date', { virkning: '2026-07-02', sikkerhetsnivaa: 3 }));
    expect(users.inbox(reader)).to.deep.equal([]);
    expect(await users.open(reader, 4)).to.deep.equal({ opened: [], stepUp: [] });
    const from = (time: string) => {
      now = new Date(time);
      return users.inbox(reader).map((l) => l.conversationId);
    };
    expect(from('2026-03-02T12:00:00.001Z')).to.deep.equal(['moment']);
    expect(from('2026-07-01T21:59:59.999Z')).to.deep.equal(['moment']);
    expect(from('2026-07-01T22:00:00Z')).to.deep.equal(['moment', 'date']);
    expect(await users.open(reader, 4)).to.deep.equal({ opened: ['moment', 'date'], stepUp: [] });
    expect(users.inbox(reader)[0]?.opened).to.equal('2026-07-01T22:00:00.000Z');
  });

  it('R-27: opens at level 3 what asks for 3, and says what asks for a stronger log-in', async () => {
    held.digipost.push(letter('low', { sikkerhetsnivaa: 3 }), letter('high', { sikkerhetsnivaa: 4 }));
    expect(await users.open(reader, 3)).to.deep.equal({ opened: ['low'], stepUp: ['high'] });
    expect(await users.open(reader, 4)).to.deep.equal({ opened: ['high'], stepUp: [] });
    expect(await users.open(reader, 4)).to.deep.equal({ opened: [], stepUp: [] });
  });

  it('R-36: reports that a letter was opened only where it was asked for', async () => {
    held.digipost.push(letter('quiet', { aapningskvittering: false }));
    held.eboks.push(letter('asked', { aapningskvittering: true }));
    await users.open(reader, 4);
    expect(reports).to.deep.equal([['eboks', 'asked', { type: 'aapning' }]]);
  });

  it('R-28: who moves has a mailbox at the provider chosen, and at no other', () => {
    users.switchProvider(reader, 'eboks');
    expect([...moved]).to.deep.equal([[reader, 'eboks']]);
    users.switchProvider(reader, 'digipost');
    expect([...moved]).to.deep.equal([[reader, 'digipost']]);
  });

  it('R-28: takes along what lies elsewhere, seen or not, and nothing that was never opened or is there', async () => {
    const later = { virkning: new Date(now.getTime() + 86_400_000) };
    held.digipost.push(letter('old', {}), letter('later', later), letter('stuck', {}), letter('sealed', {}, false));
    held.eboks.push(letter('there', {}));
    const result = await users.moveLetters(reader, 'eboks', '0000485887');
    expect(result).to.deep.equal({ moved: ['old', 'later'], failed: ['stuck'] });
    expect(moves.map(([name, id]) => `${name} ${id}`)).to.deep.equal([
      'digipost old',
      'digipost later',
      'digipost stuck',
    ]);
    expect(moves[0]?.[2]).to.deep.equal({ identity: mailbox('2'), postkasseadresse: '0000485887' });
    expect([...moved]).to.deep.equal([[reader, 'eboks']]);
  });

  describe('over HTTP', function () {
    this.timeout(60_000);
    let sandbox: Sandbox;
    before(async () => {
      const pki = await ensureDevelopmentPki(testCertsDir);
      sandbox = await startSandbox(pki, 0, {
        trayDir: join(tmpdir(), 'posthorn-no-tray'),
        brokerUrl: async () => undefined,
        lost: () => {},
      });
    });
    after(() => sandbox.close());

    for (const [method, path, status, expected] of [
      ['GET', `inbox/${reader}`, 200, []],
      ['POST', `open/${reader}?level=3`, 200, { opened: [], stepUp: [] }],
      ['POST', `open/${reader}?level=5`, 400, { error: 'level is 3 or 4' }],
      ['POST', `open/${reader}`, 400, { error: 'level is 3 or 4' }],
      ['POST', `switch/${reader}?to=eboks`, 200, { to: 'eboks' }],
      ['POST', `move/${reader}?to=eboks&address=0000485887`, 200, { moved: [], failed: [] }],
      ['POST', `move/${reader}?to=eboks`, 400, { error: 'to is one of digipost, eboks, and address the one there' }],
      [
        'POST',
        `move/${reader}?to=utskrift&address=1`,
        400,
        { error: 'to is one of digipost, eboks, and address the one there' },
      ],
      ['POST', `switch/${reader}?to=utskrift`, 400, { error: 'to is one of digipost, eboks' }],
    ] as const) {
      it(`answers ${method} ${path} with ${status}`, async () => {
        const response = await fetch(`${sandbox.url}/control/${path}`, { method });
        expect([response.status, await response.json()]).to.deep.equal([status, expected]);
      });
    }
  });
});
