import { STATUS_CODES } from 'node:http';
import { type ErrorBody } from './error-body.js';

/** `{"statusCode":403,"error":"Forbidden","code":"FORBIDDEN","message":…,"requestId":…}` */
export const standard: ErrorBody = ({ status, code, message, details }, requestId) => ({
  statusCode: status,
  error: STATUS_CODES[status],
  code,
  message,
  ...(details && { details }),
  requestId,
});
