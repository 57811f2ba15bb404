import { expect } from 'chai';
import { payloadParts } from '../../../src/contract/ebms/encode.js';
import { checkParts } from '../../../src/contract/ebms/parts.js';
import type { PartInfo } from '../../../src/contract/ebms/types.js';
import { cms, contentId, userMessage } from '../../support/ebms.js';
import { failureOf } from '../../support/pki.js';

const part = { contentId, contentType: 'Application/CMS; name=x', size: cms.length, sha256: Buffer.alloc(32) };
const there = { bodyId: 'soapBody', parts: [part] };
const none = new Map<string, string>();
const [body, attached] = payloadParts(contentId) as [PartInfo, PartInfo];
const check = (parts: readonly PartInfo[], trusted = there): void => checkParts({ ...userMessage, parts }, trusted);

describe('contract/ebms/parts', () => {
  it('takes Body and attachments that are as the message says, Body with or without href', () => {
    check([body, attached]);
    check([{ href: undefined, properties: none }, attached]);
    check([attached, body]);
    check([body, { ...attached, properties: none }]);
    check([body], { ...there, parts: [] });
    check([body, attached, { href: 'cid:other@x', properties: none }], {
      ...there,
      parts: [part, { ...part, contentId: 'other@x' }],
    });
  });

  const refused: Readonly<Record<string, () => void>> = {
    'SECURITY 89: an attachment that is not there': () => check([body, attached], { ...there, parts: [] }),
    'SECURITY 89: an attachment under another name': () => check([body, { ...attached, href: 'cid:other@x' }]),
    'SECURITY 89: an attachment that is not named': () => check([body]),
    'SECURITY 42: another type than the signature covers': () =>
      check([body, attached], { ...there, parts: [{ ...part, contentType: 'text/html' }] }),
    'SECURITY 42: no type': () =>
      check([body, attached], { ...there, parts: [{ ...part, contentType: undefined as never }] }),
    'no Body': () => check([attached]),
    'another element than Body': () => check([{ ...body, href: '#other' }, attached]),
    'Body twice': () => check([body, { href: undefined, properties: none }, attached]),
  };
  for (const [what, act] of Object.entries(refused)) {
    it(`${what} is EBMS:0007`, () => {
      expect(failureOf(act).values['ebms']).to.equal('EBMS:0007');
    });
  }
});
