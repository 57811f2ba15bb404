import { expect } from 'chai';
import { encodeReceipt, payloadReferences } from '../../../src/contract/ebms/encode.js';
import { referenceOf } from '../../../src/contract/ebms/decode.js';
import { send, type Reporter } from '../../../src/sandbox/providers/report.js';
import type { Letter } from '../../../src/sandbox/providers/types.js';
import type { Asked } from '../../support/brokerStub.js';
import { broker, deps, envelope, infoFor, provider, us, withBroker } from '../../support/brokerStub.js';

describe('sandbox/providers/report', () => {
  it('R-38: a receipt whose answer got lost is repeated as it was, under the same MessageId', async () => {
    const lost: string[] = [];
    const letter = {
      sender: us,
      conversationId: '22222222-0000-4000-8000-000000000001',
      prioritet: 'NORMAL',
      post: { fysisk: null },
      reported: [],
    } as unknown as Letter;
    // Each time another moment, as it is in life.
    let now = deps.clock.now().getTime();
    const reporter = (url: string): Reporter => ({
      organisasjonsnummer: '996460320',
      key: provider.key,
      broker: { organisasjonsnummer: '984661185', fingeravtrykk: broker.parsed.fingeravtrykk },
      clock: { now: () => new Date((now += 1)) },
      trust: deps.trust,
      brokerUrl: async () => url,
      lost: (what) => lost.push(what),
    });
    const idOf = ({ messaging }: Asked): string => (messaging.type === 'user' ? messaging.message.info.messageId : '');
    let answered = 0;
    await withBroker(
      (asked, response) =>
        answered++ === 0
          ? void response.destroy()
          : envelope(encodeReceipt(infoFor(idOf(asked)), payloadReferences(asked.trusted))),
      async (url, seen) => {
        expect(await send(reporter(url), letter, { type: 'levering' })).to.equal(true);
        const [first, again, ...more] = seen.map((asked) => [
          idOf(asked),
          ...payloadReferences(asked.trusted).map((reference) => referenceOf(reference).digest),
        ]);
        expect(more).to.deep.equal([]);
        expect(first).to.have.length(2);
        expect(again).to.deep.equal(first);
      },
    );
    expect(lost).to.deep.equal([]);
  });
});
