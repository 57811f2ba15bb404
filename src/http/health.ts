export interface CheckResult {
  readonly ok: boolean;
  /** For the operator, who may be anybody: no secret, no path, no personal data. */
  readonly detail: string;
}

export interface Check {
  readonly name: string;
  run(): CheckResult | Promise<CheckResult>;
}

export interface Readiness {
  readonly status: 'ready' | 'not ready';
  readonly checks: readonly (CheckResult & { readonly name: string })[];
}

const day = 24 * 60 * 60 * 1000;

async function runCheck(check: Check, timeoutMs: number): Promise<CheckResult & { name: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `no answer within ${timeoutMs} ms` }), timeoutMs);
  });
  const failed: CheckResult = { ok: false, detail: 'failed; the log says why' };
  const run = Promise.resolve()
    .then(() => check.run())
    .catch(() => failed);
  const result = await Promise.race([run, late]);
  clearTimeout(timer);
  return { name: check.name, ok: result.ok, detail: result.detail };
}

/**
 * Runs every check, each within `timeoutMs`; ready when all are ok. Calls at the same time share one run, so that asking
 * often does not load what is asked about. Never rejects.
 */
export function readiness(checks: readonly Check[], timeoutMs = 2_000): () => Promise<Readiness> {
  let running: Promise<Readiness> | undefined;
  const run = async (): Promise<Readiness> => {
    const results = await Promise.all(checks.map((check) => runCheck(check, timeoutMs)));
    running = undefined;
    return { status: results.every(({ ok }) => ok) ? 'ready' : 'not ready', checks: results };
  };
  return () => (running ??= run());
}

/** The database answers `ping`. A failure is told to `failed` for the log, since its text may hold addresses. */
export function databaseCheck(ping: () => Promise<unknown>, failed: (error: unknown) => void = () => {}): Check {
  return {
    name: 'database',
    run: async () => {
      try {
        await ping();
        return { ok: true, detail: 'answers' };
      } catch (error) {
        failed(error);
        return { ok: false, detail: 'does not answer; see the log, and check POSTHORN_DATABASE_URL' };
      }
    },
  };
}

export interface Validity {
  readonly from: Date;
  readonly to: Date;
}

/** Whole days from `now` until the end of validity; negative when it has passed. */
export const daysLeft = (validity: Validity, now: Date): number =>
  Math.floor((validity.to.getTime() - now.getTime()) / day);

/**
 * The certificate of a role is valid now; `told` gets the days left at each run (for the gauge). From 30 days before the end the
 * detail says to renew, and the check stays ok.
 */
export function keyCheck(
  role: string,
  validity: () => Validity,
  now: () => Date,
  told: (days: number) => void = () => {},
): Check {
  return {
    name: `key ${role}`,
    run: () => {
      const at = now();
      const valid = validity();
      const days = daysLeft(valid, at);
      told(days);
      if (at < valid.from)
        return { ok: false, detail: `not valid before ${valid.from.toISOString()}; check the clock` };
      if (at > valid.to) return { ok: false, detail: `expired ${valid.to.toISOString()}; install a new certificate` };
      return { ok: true, detail: days < 30 ? `${days} days left; renew it now` : `${days} days left` };
    },
  };
}

/** Which named exceptions are in force; always ok, there to be seen. */
export function exceptionsCheck(names: readonly string[]): Check {
  const detail = names.length === 0 ? 'none' : names.join(', ');
  return { name: 'named exceptions', run: () => ({ ok: true, detail }) };
}
