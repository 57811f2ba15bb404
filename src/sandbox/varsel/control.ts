import type { Express } from 'express';
import type { SmsDouble } from './sms.js';
import type { SmtpDouble } from './smtp.js';
import type { Mottattvarsel } from './varsler.js';

/** Where notices arrive; undefined: nobody takes e-mail here. */
export interface Varselmottakere {
  readonly sms: SmsDouble;
  readonly smtp: Pick<SmtpDouble, 'mottatt' | 'behaviour'> | undefined;
}

const shown = ({ kanal, mottatt, til, emne, tekst }: Mottattvarsel) => ({ kanal, mottatt, til, emne, tekst });

/** What the users of the doubles do: they read what came, or let both be down (`?down=true`) and up again. */
export function addVarselkontroll(app: Express, { sms, smtp }: Varselmottakere): void {
  const all = (): readonly Mottattvarsel[] => [...(smtp?.mottatt ?? []), ...sms.mottatt];
  app.get('/control/notices', (_request, response) => {
    response.json(
      all()
        .toSorted((a, b) => a.mottatt.getTime() - b.mottatt.getTime())
        .map(shown),
    );
  });
  app.post('/control/notices', ({ query }, response) => {
    const down = ['true', 'false'].find((value) => value === query['down']);
    if (down === undefined) return void response.status(400).json({ error: 'down is true or false' });
    for (const double of [sms, smtp]) if (double !== undefined) double.behaviour.down = down === 'true';
    response.json({ down: down === 'true' });
  });
}
