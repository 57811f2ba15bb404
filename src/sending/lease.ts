import type { Config } from '../config.js';

type Sending = Pick<Config, 'svarutUpstreamUrl' | 'svarutUpstreamTimeout' | 'altinnUrl' | 'altinnTimeout'>;

/** Milliseconds that a job is held: longer than a letter may be on its way to a service above us. */
export function leaseFor(config: Sending, least: number): number {
  const { svarutUpstreamUrl, svarutUpstreamTimeout, altinnUrl, altinnTimeout } = config;
  const timeouts = [
    ...(svarutUpstreamUrl === undefined ? [] : [svarutUpstreamTimeout]),
    ...(altinnUrl === undefined ? [] : [altinnTimeout]),
  ];
  return Math.max(least, ...timeouts.map((seconds) => (seconds + 10) * 1000));
}
