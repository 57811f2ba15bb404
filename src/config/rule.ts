import { variable, type Config, type Key } from './settings.js';

/** Something that is wrong with more than one value's form. `needs` are the settings that must have been read to judge it. */
export interface Rule {
  readonly key: Key;
  readonly needs: readonly Key[];
  readonly broken: (config: Config) => boolean;
  readonly problem: string;
  readonly fix: string;
}

/** What must be set where a service above us is named by `url`. */
export const demandedBy =
  (url: 'svarutUpstreamUrl' | 'altinnUrl' | 'smtpHost') =>
  (key: Key, also: (config: Config) => boolean, fix: string): Rule => ({
    key,
    needs: [url, 'svarutUpstreamKind', 'altinnKind', key],
    broken: (config) => config[url] !== undefined && also(config) && config[key] === undefined,
    problem: `is missing, but ${variable(url)} is set`,
    fix,
  });

type Address = 'svarutUpstreamUrl' | 'svarutUpstreamMaskinportenUrl' | 'altinnUrl' | 'altinnMaskinportenUrl' | 'smsUrl';

export const overTls = (key: Address): Rule => ({
  key,
  needs: [key],
  broken: (config) => config[key]?.startsWith('http:') ?? false,
  problem: 'is an http address; passwords, tokens and letters would cross the network in clear',
  fix: 'Use the https address.',
});
