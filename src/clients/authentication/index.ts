import { type ClientAuthenticationMethod } from './client-authentication-method.js';
import { ClientSecretBasicMethod } from './client-secret-basic.method.js';
import { ClientSecretPostMethod } from './client-secret-post.method.js';

/** Every way to authenticate a client; metadata is computed from this list. */
export const AUTHENTICATION_METHODS: readonly ClientAuthenticationMethod[] = [
  new ClientSecretBasicMethod(),
  new ClientSecretPostMethod(),
];
