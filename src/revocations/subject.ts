/** What a cut can name; each kills the tokens that were minted for it before. */
export type CutSubjectKind = 'client' | 'user' | 'workspace' | 'account' | 'issuer';

/** `<kind>:<id>` */
export type CutSubject = `${CutSubjectKind}:${string}`;

/** The subject's name in the ledger. */
export function cutSubject(kind: CutSubjectKind, id: string): CutSubject {
  return `${kind}:${id}`;
}
