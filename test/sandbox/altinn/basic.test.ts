import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { altinnbrev, clients } from '../../client/altinn/clients.js';
import { startStub, type Stub } from '../../client/stub.js';
import { startAltinn, type TestAltinn } from '../../support/altinn.js';

describe('sandbox/altinn refuses what breaks the contract of Altinn 2', () => {
  let double: TestAltinn;
  let recorder: Stub;
  /** A good request, as the client makes it. */
  let good: { path: string; body: string; action: string };
  before(async () => {
    double = await startAltinn();
    recorder = await startStub(async (response, { body, headers }) => {
      good = { path: response.req.url ?? '', body, action: String(headers['soapaction']) };
      response.statusCode = 503;
      response.end();
    });
    await clients.soap({ url: new URL(recorder.url).origin, maskinporten: '' }).send(altinnbrev(), randomUUID());
  });
  after(async () => {
    await recorder.stop();
    await double.stop();
  });

  const post = async (body: string, action = good.action, type = 'text/xml; charset=utf-8') => {
    const headers = { 'Content-Type': type, SOAPAction: action };
    const answer = await fetch(double.url + good.path, { method: 'POST', headers, body });
    return [answer.status, await answer.text()] as const;
  };

  it('takes one that keeps it', async () => {
    const [status, text] = await post(good.body);
    expect([status, text.includes('>OK<')], text).to.deep.equal([200, true]);
    expect(double.brudd).to.deep.equal([]);
  });

  const broken: readonly (readonly [what: string, from: string | RegExp, to: string])[] = [
    ['a document that is perhaps encrypted', /(Encrypted>)false/, '$1perhaps'],
    ['a member that it does not name', /<(\w+:)?Reportee\b/, '<Mine/>$&'],
    ['a way of notifying that is none', />Email</, '>Fax<'],
    ['a time of notices that is none', /(ShipmentDateTime>)[^<]*/, '$1tomorrow'],
    [
      'members in another order',
      /(<(?:\w+:)?ServiceCode\b.*?)(<(?:\w+:)?ServiceEdition[^>]*>.*?<\/(?:\w+:)?ServiceEdition>)/s,
      '$2$1',
    ],
    ['a document that is not base64', /(<(?:\w+:)?Data\b[^>]*>)[^<]*/, '$1***'],
    ['base64 without its padding', /(<(?:\w+:)?Data\b[^>]*>)[^<]*/, '$1AAA'],
    ['two operations', /<InsertCorrespondenceBasicV2[\s>].*<\/InsertCorrespondenceBasicV2>/s, '$&$&'],
    ['XML that is not well-formed', /<\/[^>]*>\s*$/, ''],
    ['no XML', /^.*$/s, ''],
    ['no envelope', /(<\/?(?:\w+:)?)Envelope\b/g, '$1Letter'],
    ['another operation', /InsertCorrespondenceBasicV2/g, 'InsertCorrespondenceBasicV9'],
  ];
  for (const [what, from, to] of broken)
    it(`${what}: a fault, and no letter`, async () => {
      const body = good.body.replace(from, to);
      expect(body).not.to.equal(good.body);
      const [before, breaches] = [double.meldinger.length, double.brudd.length];
      const [status, text] = await post(body);
      expect([status, text.includes('The request is not of the contract')]).to.deep.equal([500, true]);
      expect([double.meldinger.length - before, double.brudd.length - breaches]).to.deep.equal([0, 1]);
    });

  it('the SOAPAction of another operation: a fault', async () => {
    const [status, text] = await post(good.body, '"urn:other"');
    expect([status, text.includes('The request is not of the contract')]).to.deep.equal([500, true]);
  });

  for (const type of ['application/json', 'application/soap+xml', 'text/xml; charset=utf-16'])
    it(`${type}: 415, and no letter`, async () => {
      const [before, breaches] = [double.meldinger.length, double.brudd.length];
      expect((await post(good.body, good.action, type))[0]).to.equal(415);
      expect([double.meldinger.length - before, double.brudd.length - breaches]).to.deep.equal([0, 1]);
    });

  for (const name of ['ServiceCode', 'ServiceEdition', 'Reportee', 'Content'])
    it(`no ${name}, or nothing in it: ValidationFailed, and no letter`, async () => {
      const member = new RegExp(`<((?:\\w+:)?${name})\\b[^>]*>.*?</\\1>`, 's');
      for (const instead of ['', '<$1></$1>']) {
        const body = good.body.replace(member, instead);
        expect(body).not.to.equal(good.body);
        const before = double.meldinger.length;
        const [status, text] = await post(body);
        expect([status, text.includes(`>ValidationFailed<`), text.includes(`>No ${name}<`)], text).to.deep.equal([
          200,
          true,
          true,
        ]);
        expect(double.meldinger.length).to.equal(before);
      }
    });
});
