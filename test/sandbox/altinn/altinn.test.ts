import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { paaEngelsk } from '../../../src/client/answer.js';
import { attachmentJson, correspondenceJson } from '../../../src/client/altinn/restLetter.js';
import { maskinporten, vekslet } from '../../../src/client/maskinporten.js';
import { altinnUtvikling } from '../../../src/sandbox/altinn/altinn.js';
import { caller } from '../../support/answers.js';
import { startAltinn, type TestAltinn } from '../../support/altinn.js';
import { altinnbrev } from '../../client/altinn/clients.js';

type Json = Record<string, unknown>;

describe('sandbox/altinn refuses what breaks the contract', () => {
  let double: TestAltinn;
  let headers: Record<string, string>;
  let calendar = new Date('2026-03-02T12:00:00Z');
  before(async () => {
    double = await startAltinn(undefined, () => calendar);
    const { klient: klientId, scope } = altinnUtvikling;
    const now = () => new Date();
    const common = { timeout: 5_000, now };
    const tokens = maskinporten({ url: double.maskinporten, klientId, scope, key: caller.key, kjede: [], ...common });
    const exchange = `${double.url}/authentication/api/v1/exchange/maskinporten`;
    const token = await vekslet({ url: exchange, tokens, ...common }).token();
    if (token.type === 'nei') throw new Error(paaEngelsk(token.grunn));
    headers = { Authorization: `Bearer ${token.verdi}`, 'Content-Type': 'application/json' };
  });
  after(() => double.stop());

  async function post(path: string, body: unknown, more: Record<string, string> = {}) {
    const url = `${double.url}/correspondence/api/v1/${path}`;
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });
    const { errorCode = null } = (await answer.json()) as { errorCode?: number };
    return [answer.status, errorCode] as const;
  }

  const letter = (change: (json: Json & { correspondence: Json & { content: Json; notification: Json } }) => void) => {
    const json = structuredClone(correspondenceJson(altinnbrev(), 'posthorn-brev', randomUUID(), []));
    change(json as unknown as Parameters<typeof change>[0]);
    return json;
  };

  const bare = { notificationTemplate: 'CustomMessage' };
  /** A change to another channel, of the reminder too, without some members. */
  const texts =
    (channel: string, ...without: readonly string[]): Parameters<typeof letter>[0] =>
    ({ correspondence: { notification } }) => {
      Object.assign(notification, { notificationChannel: channel, reminderNotificationChannel: channel });
      for (const name of without) delete notification[name];
    };

  for (const channel of ['Email', 'Sms', 'EmailAndSms'])
    it(`takes one with every text for ${channel}`, async () => {
      expect(await post('correspondence', letter(texts(channel)))).to.deep.equal([200, null]);
    });

  for (const [type, expected] of [
    ['application/json; charset=UTF-8', [200, 0]],
    ['text/plain', [415, 1]],
    ['application/xml', [415, 1]],
    ['application/json; charset=utf-16', [415, 1]],
  ] as const)
    it(`a letter and a document as ${type}: ${expected.join(' ')}`, async () => {
      const [first] = altinnbrev().dokumenter;
      const document = first && attachmentJson(first, 'posthorn-brev', '310000000', 'r');
      for (const [path, body] of [
        ['correspondence', letter(() => undefined)],
        ['attachment', document],
      ] as const) {
        const before = double.brudd.length;
        const [status] = await post(path, body, { 'Content-Type': type });
        expect([status, double.brudd.length - before], path).to.deep.equal(expected);
      }
    });

  it('a key that was used, in capital letters: 409', async () => {
    const [key, was] = [randomUUID(), double.meldinger.length];
    const by = (idempotentKey: string) =>
      post(
        'correspondence',
        letter((j) => (j['idempotentKey'] = idempotentKey)),
      );
    expect(await by(key)).to.deep.equal([200, null]);
    expect(await by(key.toUpperCase())).to.deep.equal([409, 1034]);
    expect(double.meldinger.length - was).to.equal(1);
  });

  it('a search that breaks the contract; one that keeps it finds by status and time', async () => {
    const search = async (query: string) => {
      const answer = await fetch(`${double.url}/correspondence/api/v1/correspondence?${query}`, { headers });
      return [answer.status, (await answer.json()) as { errorCode?: number; ids?: string[] }] as const;
    };
    for (const query of ['role=X', 'status=X', 'from=tomorrow', 'to=2026-03-02'])
      expect((await search(query))[0], query).to.equal(400);
    const [early, late] = ['2026-03-01T00:00:00Z', '2026-03-03T00:00:00Z'];
    expect((await search(`from=${late}&to=${early}`))[1].errorCode).to.equal(1027);
    const all = double.meldinger.map(({ id }) => id);
    expect(all).to.not.be.empty;
    for (const [query, found] of [
      ['status=Published', all],
      ['status=Read', []],
      [`from=${early}&to=${late}`, all],
      [`from=${late}`, []],
      [`to=${early}`, []],
    ] as const)
      expect((await search(query))[1].ids, query).to.deep.equal(found);
  });

  it('a document that is not what its checksum says: 400 2008, and what is can still come', async () => {
    const [first] = altinnbrev().dokumenter;
    const asked = first && attachmentJson(first, 'posthorn-brev', '310000000', 'r');
    const checksum = createHash('md5').update('right').digest('hex').toUpperCase();
    const url = `${double.url}/correspondence/api/v1/attachment`;
    const made = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ ...asked, checksum }) });
    const id = (await made.json()) as string;
    const upload = async (body: string) => {
      const more = { ...headers, 'Content-Type': 'application/octet-stream' };
      const answer = await fetch(`${url}/${id}/upload`, { method: 'POST', headers: more, body });
      return [answer.status, ((await answer.json()) as { errorCode?: number }).errorCode];
    };
    expect(await upload('wrong')).to.deep.equal([400, 2008]);
    expect(await upload('right')).to.deep.equal([200, undefined]);
  });

  it('takes one that keeps it', async () => {
    expect(
      await post(
        'correspondence',
        letter(() => undefined),
      ),
    ).to.deep.equal([200, null]);
  });

  for (const [what, change, expected] of [
    ['a member that it does not name', (j) => (j['mine'] = 1), [400, null]],
    ['no recipients', (j) => delete j['recipients'], [400, null]],
    ['a recipient that is no urn', (j) => (j['recipients'] = ['310000035']), [400, null]],
    ['a key that is no UUID', (j) => (j['idempotentKey'] = 'x'), [400, null]],
    ['a reference of no characters', (j) => (j.correspondence['sendersReference'] = ''), [400, null]],
    [
      'a subject of 129 characters',
      (j) => (j.correspondence.notification['emailSubject'] = 'x'.repeat(129)),
      [400, null],
    ],
    ['an SMS of 161 characters', (j) => (j.correspondence.notification['smsBody'] = 'x'.repeat(161)), [400, null]],
    ['a channel that is none', (j) => (j.correspondence.notification['notificationChannel'] = 'Fax'), [400, null]],
    ['no SMS for a preferred channel', (j) => delete j.correspondence.notification['smsBody'], [400, 3006]],
    ['no e-mail for e-mail', texts('Email', 'emailBody'), [400, 3002]],
    ['no subject for e-mail', texts('Email', 'emailSubject'), [400, 3002]],
    ['no channel, which is e-mail, and no texts', (j) => (j.correspondence['notification'] = bare), [400, 3002]],
    ['no e-mail of the reminder', texts('Email', 'reminderEmailBody'), [400, 3003]],
    [
      'a reminder by the channel of the notice, and no text',
      texts('Email', 'reminderEmailBody', 'reminderNotificationChannel'),
      [400, 3003],
    ],
    ['no SMS for SMS', texts('Sms', 'smsBody'), [400, 3004]],
    ['no SMS of the reminder', texts('Sms', 'reminderSmsBody'), [400, 3005]],
    ['no e-mail for both', texts('EmailAndSms', 'emailBody'), [400, 3002]],
    ['no SMS for both', texts('EmailAndSms', 'smsBody'), [400, 3004]],
    ['no text of the reminder', (j) => delete j.correspondence.notification['reminderEmailBody'], [400, 3007]],
    ['no content', (j) => delete (j.correspondence as Json)['content'], [400, 1019]],
    ['no title', (j) => (j.correspondence.content['messageTitle'] = ''), [400, 1020]],
    ['a title with markup', (j) => (j.correspondence.content['messageTitle'] = '<b>x</b>'), [400, 1002]],
    ['another language', (j) => (j.correspondence.content['language'] = 'se'), [400, 1023]],
    ['a confirmation without a date', (j) => (j.correspondence['isConfirmationNeeded'] = true), [400, 1016]],
    ['a document that is not there', (j) => (j['existingAttachments'] = [randomUUID()]), [400, 1007]],
    ['R-50: confidential by the other resource', (j) => (j.correspondence['isConfidential'] = true), [403, 4008]],
  ] as readonly (readonly [string, Parameters<typeof letter>[0], readonly [number, number | null]])[]) {
    it(`${what}: ${expected.join(' ')}`, async () => {
      expect(await post('correspondence', letter(change))).to.deep.equal(expected);
    });
  }

  it('R-51: given a decision, then it tells once more at T + 7 days by the calendar, unless it has been read, and nobody without an address', async () => {
    const to = (orgnr: string) =>
      post(
        'correspondence',
        letter((j) => (j['recipients'] = [`urn:altinn:organization:identifier-no:${orgnr}`])),
      );
    const told = (orgnr: string) => double.inbox(orgnr).flatMap(({ notified }) => notified.map(({ at }) => at));
    calendar = new Date('2026-03-02T12:00:00Z');
    for (const orgnr of ['310000019', '310000027', '310000043']) expect((await to(orgnr))[0]).to.equal(200);
    const [first, repeat] = ['2026-03-02T12:00:00.000Z', '2026-03-09T12:00:00.000Z'];
    calendar = new Date(Date.parse(repeat) - 1_000);
    expect(told('310000019')).to.deep.equal([first]);
    expect(double.open('310000027')).to.have.length(1);
    calendar = new Date('2027-03-09T12:00:00Z');
    expect(told('310000019')).to.deep.equal([first, repeat]);
    expect(told('310000027')).to.deep.equal([first]);
    expect(told('310000043')).to.deep.equal([]);
  });

  it('a letter whose document is not uploaded', async () => {
    const [first] = altinnbrev().dokumenter;
    if (first === undefined) throw new Error('no document');
    const made = await fetch(`${double.url}/correspondence/api/v1/attachment`, {
      method: 'POST',
      headers,
      body: JSON.stringify(attachmentJson(first, 'posthorn-brev', '310000000', 'r')),
    });
    const id = (await made.json()) as string;
    const json = letter((j) => (j['existingAttachments'] = [id]));
    expect(await post('correspondence', json)).to.deep.equal([400, 1018]);
    expect(await post(`attachment/${id}/upload`, {})).to.deep.equal([400, 2004]);
  });

  it('no token, another token, and an assertion of somebody else’s', async () => {
    expect(await post('correspondence', {}, { Authorization: 'Bearer x' })).to.deep.equal([401, 4001]);
    const form = (assertion: string) =>
      fetch(`${double.maskinporten}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
      });
    expect((await form('a.b.c')).status).to.equal(400);
  });
});
