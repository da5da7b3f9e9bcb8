import { type ErrorBody } from './error-body.js';

/** `{"error":{"code":"forbidden","message":…}}` */
export const nested: ErrorBody = ({ code, message, details }) => ({
  error: { code: code.toLowerCase(), message, ...(details && { details }) },
});
