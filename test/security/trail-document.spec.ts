import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const ACTION = /^[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*$/;
const document = readFileSync('docs/audit-trail.md', 'utf8');

/** The source files of the product, without its tests. */
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .map((name) => {
    const text = readFileSync(join('src', name), 'utf8');
    return { name, text, tree: ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true) };
  });

function nodesOf(tree: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return nodes;
}

/** Texts of the form of an action in the sources that write to the trail. */
function actionsInSources(): Set<string> {
  const writers = sources.filter(({ name, text }) => name.startsWith('audit/') || text.includes('/audit/'));
  const literals = writers.flatMap(({ tree }) => nodesOf(tree).filter((node) => ts.isStringLiteralLike(node)));
  return new Set(literals.map((node) => node.text).filter((text) => ACTION.test(text)));
}

/** The texts of a union that a source declares. */
function membersOf(union: string): string[] {
  const declared = sources
    .flatMap(({ tree }) => nodesOf(tree))
    .find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === union);
  const texts = declared ? nodesOf(declared).filter((node) => ts.isStringLiteral(node)) : [];
  return texts.map((node) => node.text);
}

/** The actions that the document's tables have in their first column. */
const documented = new Set([...document.matchAll(/^\| `([a-z_.]+)`/gm)].map(([, action]) => action!));

describe('the document of the audit trail', () => {
  it('has every action that the sources write, and no other', () => {
    expect(documented.size).toBeGreaterThan(25);
    expect([...documented].sort()).toEqual([...actionsInSources()].sort());
  });

  it.each(['TokenRefusalReason', 'ClientRefusalReason', 'Limit'])('has every reason of %s', (union) => {
    const reasons = membersOf(union);
    expect(reasons.length).toBeGreaterThan(3);
    expect(reasons.filter((reason) => !document.includes(`\`${reason}\``))).toEqual([]);
  });

  it('misses no row: whoever writes one names the action in a text that this test finds', () => {
    const unnamed = sources.flatMap(({ name, tree }) =>
      nodesOf(tree)
        .filter((node) => ts.isPropertyAssignment(node) && node.name.getText() === 'action')
        .map((node) => (node as ts.PropertyAssignment).initializer)
        .filter((value) => !nodesOf(value).some((node) => ts.isStringLiteralLike(node)))
        .map((value) => `${name}: ${value.getText()}`),
    );
    // The writer itself, which hands on what it was given.
    expect(unnamed).toEqual(['audit/audit.service.ts: change.action']);
  });

  it('is linked from where a reader would look', () => {
    expect(readFileSync('SECURITY.md', 'utf8')).toContain('docs/audit-trail.md');
    expect(readFileSync('docs/operations.md', 'utf8')).toContain('audit-trail.md');
  });
});
