/** Nothing was signed, because whoever asked has gone: there is nobody to answer. */
export class AbandonedError extends Error {
  constructor() {
    super('The caller has gone');
    this.name = 'AbandonedError';
  }
}
