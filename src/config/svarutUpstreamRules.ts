import { demandedBy, overTls, type Rule } from './rule.js';
import type { Config } from './settings.js';

const demanded = demandedBy('svarutUpstreamUrl');

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

/** Hold in production. */
export const svarutUpstreamProduction: readonly Rule[] = [
  overTls('svarutUpstreamUrl'),
  overTls('svarutUpstreamMaskinportenUrl'),
];
