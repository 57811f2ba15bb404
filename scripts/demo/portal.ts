import { sendLetter } from '../../src/client/forsendelse.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import type { Citizens } from './citizens.js';
import { posthorn, type Instance } from './instance.js';
import { letter, letterTo, serviceOf, watch } from './sending.js';
import type { Shown } from './story.js';

/* A body that shows letters in a portal of its own: Posthorn notifies of them itself, by the mail server and the SMS gateway of the sandbox. */

const BODY = { organisasjonsnummer: '310000094', navn: 'Kreftregisteret' } as const;
/** Has a mobile number that may be used, an e-mail address that may not, and no mailbox. */
const READER = 'stale-mail';

export interface Portal {
  /** Whether the letter was handed back. */
  sent(): Promise<Shown>;
  /** How often the reader has been told since then, against how often it should have been. */
  told(day: number, times: number): Promise<Shown>;
}

const register = (instance: Instance, ...policy: readonly string[]): Promise<string> =>
  posthorn(instance, 'senders', 'add', BODY.organisasjonsnummer, BODY.navn, '--sector', 'STAT', ...policy);

/** Registers the portal first of all, since a gateway notices changed senders within seconds. */
export async function openPortal(instance: Instance, users: Pick<Citizens, 'run'>): Promise<Portal> {
  const mobile = testpersons(new Date()).find(({ navn }) => navn === READER)?.person?.mobiltelefonnummer?.verdi;
  const count = async (): Promise<number> => {
    const notices = JSON.parse(await users.run('notices', '--json')) as readonly { readonly til: string }[];
    return notices.filter(({ til }) => til === mobile).length;
  };
  await register(instance, '--without-mailbox', 'PORTAL');
  const before = await count();
  return {
    async sent() {
      const service = { ...serviceOf(instance), avsender: BODY.organisasjonsnummer };
      const { forsendelsesId } = await sendLetter(service, letterTo({ to: READER }, await letter()));
      const [status] = await watch(service, [forsendelsesId], ({ tilstand }) => tilstand === 'OVERLATT');
      await register(instance);
      return { what: 'Portal of its sender', expected: 'OVERLATT', got: status?.tilstand ?? 'unknown' };
    },
    told: async (day, times) => ({
      what: `Day ${day}: unread in the portal`,
      expected: `SMS × ${times}`,
      got: `SMS × ${(await count()) - before}`,
    }),
  };
}
