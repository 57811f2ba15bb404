import { sendLetter } from '../../src/client/forsendelse.js';
import { calendarOf } from './calendar.js';
import { citizens } from './citizens.js';
import type { Citizens } from './citizens.js';
import type { Instance } from './instance.js';
import { letter, letterTo, serviceOf, watch } from './sending.js';
import { chapter, say, show } from './story.js';
import type { Shown } from './story.js';

const WEEK_MS = 7 * 86_400_000;

/** A letter to print that takes effect in a week, and a calendar that is moved to then. */
export async function nextWeek(instance: Instance): Promise<Shown[]> {
  chapter(
    '11. A letter takes effect next week',
    'It goes on paper, and waits. The sandbox moves the calendar; certificates, retries and leases keep the real time.',
  );
  const users = citizens(instance);
  const { now, isReal } = await calendarOf(users);
  try {
    return await sentAhead(instance, users, new Date(now.getTime() + WEEK_MS));
  } finally {
    // Whoever has moved the calendar of this sandbox before keeps it where it is now.
    if (isReal) await users.run('clock', 'reset');
  }
}

async function sentAhead(instance: Instance, users: Citizens, virkningstidspunkt: Date): Promise<Shown[]> {
  const service = serviceOf(instance);
  const order = letterTo({ to: 'reserved', changes: { virkningstidspunkt } }, await letter());
  const { forsendelsesId } = await sendLetter(service, order);
  const [waiting] = await watch(service, [forsendelsesId], () => true);
  say(...(await users.run('clock', '+7d')).split('\n').map((line) => `  ${line}`));
  const [arrived] = await watch(service, [forsendelsesId], ({ tilstand }) => tilstand === 'LEVERT');
  show((arrived?.hendelser ?? []).slice(1).map(({ type, tekst }) => [type, tekst.en]));
  return [
    { what: 'Letter for next week, today', expected: 'MOTTATT', got: waiting?.tilstand ?? 'unknown' },
    { what: '... and next week', expected: 'LEVERT', got: arrived?.tilstand ?? 'unknown' },
  ];
}
