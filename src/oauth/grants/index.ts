import { ClientCredentialsGrant } from './client-credentials.grant.js';
import { type Grant } from './grant.js';

/** Every grant; metadata is computed from this list. */
export const GRANTS: readonly Grant[] = [new ClientCredentialsGrant()];
