import { demandedBy, overTls, type Rule } from './rule.js';
import type { Config } from './settings.js';

const demanded = demandedBy('altinnUrl');
const by =
  (kind: Config['altinnKind']) =>
  ({ altinnKind }: Config): boolean =>
    altinnKind === kind;

/** ServiceCode and ServiceEdition of Altinn 2. */
const isService = (text: string): boolean => /^\d+\/\d+$/.test(text);

const service = (key: 'altinnResource' | 'altinnConfidentialResource'): Rule => ({
  key,
  needs: ['altinnKind', key],
  broken: (config) => config.altinnKind === 'soap' && config[key] !== undefined && !isService(config[key]),
  problem: 'is no ServiceCode/ServiceEdition, which POSTHORN_ALTINN_KIND=soap needs',
  fix: 'Use numbers such as 4255/10.',
});

/** Hold in every mode. */
export const altinnRules: readonly Rule[] = [
  demanded('altinnResource', () => true, 'Name the resource that letters are sent by.'),
  demanded('altinnMaskinportenUrl', by('rest'), 'Use the address of the issuer.'),
  demanded('altinnMaskinportenClient', by('rest'), 'Use the client id that the issuer gave you.'),
  demanded('altinnUser', by('soap'), 'Use the name that was given to you with the password.'),
  demanded('altinnUserCode', by('soap'), 'Use the code of the agency system.'),
  demanded('altinnPassword', by('soap'), 'Set it to the password.'),
  service('altinnResource'),
  service('altinnConfidentialResource'),
  {
    key: 'altinnUrl',
    needs: ['altinnUrl', 'svarutUpstreamUrl', 'svarutUpstreamFor'],
    broken: ({ altinnUrl, svarutUpstreamUrl, svarutUpstreamFor }) =>
      altinnUrl !== undefined && svarutUpstreamUrl !== undefined && svarutUpstreamFor.includes('ALTINN'),
    problem: 'is set, and POSTHORN_SVARUT_UPSTREAM_FOR sends the letters for Altinn to the SvarUt upstream',
    fix: 'Remove it, or leave ALTINN out of POSTHORN_SVARUT_UPSTREAM_FOR.',
  },
];

/** Hold in production. */
export const altinnProduction: readonly Rule[] = [overTls('altinnUrl'), overTls('altinnMaskinportenUrl')];
