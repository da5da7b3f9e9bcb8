import { type ErrorBody } from './error-body.js';

/** `{"success":false,"message":…}` */
export const envelope: ErrorBody = ({ message, details }) => ({ success: false, message, ...(details && { details }) });
