import type { Rule } from './rules.js';
import type { Config, Key } from './settings.js';

/** What must be set where letters go to a SvarUt upstream. */
const demanded = (key: Key, also: (config: Config) => boolean, fix: string): Rule => ({
  key,
  needs: ['svarutUpstreamUrl', 'svarutUpstreamKind', key],
  broken: (config) => config.svarutUpstreamUrl !== undefined && also(config) && config[key] === undefined,
  problem: 'is missing, but POSTHORN_SVARUT_UPSTREAM_URL is set',
  fix,
});

const byRest = ({ svarutUpstreamKind }: Config): boolean => svarutUpstreamKind === 'rest';

/** Hold in every mode. */
export const svarutUpstreamRules: readonly Rule[] = [
  demanded('svarutUpstreamUser', () => true, 'Name our account there.'),
  demanded(
    'svarutUpstreamPassword',
    (config) => config.svarutUpstreamPasswordFile === undefined,
    'Set it, or name a file in POSTHORN_SVARUT_UPSTREAM_PASSWORD_FILE.',
  ),
  {
    key: 'svarutUpstreamPasswordFile',
    needs: ['svarutUpstreamPassword', 'svarutUpstreamPasswordFile'],
    broken: (config) => config.svarutUpstreamPassword !== undefined && config.svarutUpstreamPasswordFile !== undefined,
    problem: 'is set, and POSTHORN_SVARUT_UPSTREAM_PASSWORD too',
    fix: 'Set one of them.',
  },
  demanded('svarutUpstreamKonto', byRest, 'Use the kontoId that SvarUt shows.'),
  demanded('svarutUpstreamMaskinportenUrl', byRest, 'Use the address of the issuer.'),
  demanded('svarutUpstreamMaskinportenClient', byRest, 'Use the client id that the issuer gave you.'),
];

const overTls = (key: 'svarutUpstreamUrl' | 'svarutUpstreamMaskinportenUrl'): Rule => ({
  key,
  needs: [key],
  broken: (config) => config[key]?.startsWith('http:') ?? false,
  problem: 'is an http address; passwords, tokens and letters would cross the network in clear',
  fix: 'Use the https address.',
});

/** Hold in production. */
export const svarutUpstreamProduction: readonly Rule[] = [
  overTls('svarutUpstreamUrl'),
  overTls('svarutUpstreamMaskinportenUrl'),
];
