import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AST, RegExpParser } from '@eslint-community/regexpp';
import ts from 'typescript';
import { type Attack, repeating } from './cost.js';

/** The sources of the product, without their tests. */
export function sources(root = 'src'): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(root, file))
    .sort();
}

/** Every regular expression literal of a source, by where it stands. */
export function patternsOf(file: string): { place: string; pattern: RegExp }[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found: { place: string; pattern: RegExp }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      const [, body = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
      found.push({ place: `${file}:${line + 1}`, pattern: new RegExp(body, flags) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const ENDS = ['', '\0', '!', '\n'];
const MOST_PIECES = 24;

/**
 * Inputs that a pattern was made for, almost: what leads to each of its repetitions, then many of what it repeats, then
 * something that does not fit.
 */
export function attacksOn(pattern: RegExp): Attack[] {
  const parsed = new RegExpParser().parseLiteral(String(pattern)).pattern;
  const letters = literalsOf(parsed);
  const attacks: Attack[] = [];
  const walk = (alternatives: readonly AST.Alternative[], before: string): void => {
    for (const { elements } of alternatives) {
      let beginning = before;
      for (const element of elements) {
        if (element.type === 'Quantifier' && element.max > 1) {
          for (const piece of examples(element.element, letters)) {
            for (const end of ENDS) attacks.push(repeating(beginning, piece, end));
          }
        }
        const inner = element.type === 'Quantifier' ? element.element : element;
        if ('alternatives' in inner) walk(inner.alternatives, beginning);
        beginning += element.type === 'Quantifier' && element.min === 0 ? '' : (examples(inner, letters)[0] ?? '');
      }
    }
  };
  walk(parsed.alternatives, '');
  // What never begins to match, and what begins over and over.
  for (const piece of [...letters, ...examplesOf(parsed.alternatives, letters)]) {
    for (const end of ENDS) attacks.push(repeating('', piece, end));
  }
  return [...new Map(attacks.map((attack) => [attack.name, attack])).values()];
}

function literalsOf(pattern: AST.Pattern): string[] {
  const letters = new Set(['a', '0', ' ']);
  for (const letter of pattern.raw.replace(/\\[a-zA-Z]/g, '')) if (letters.size < 12) letters.add(letter);
  return [...letters];
}

/** Texts that match an element; of a class, those of the pattern's own characters that are in it. */
function examples(element: AST.Element, letters: readonly string[]): string[] {
  switch (element.type) {
    case 'Character':
      return [String.fromCodePoint(element.value)];
    case 'CharacterClass':
    case 'CharacterSet': {
      const one = new RegExp(`^${element.raw}$`, element.raw.includes('\\p') ? 'su' : 's');
      const fitting = letters.filter((letter) => one.test(letter));
      if (fitting.length > 0) return fitting.slice(0, 6);
      return Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code))
        .filter((c) => one.test(c))
        .slice(0, 2);
    }
    case 'Group':
    case 'CapturingGroup':
      return examplesOf(element.alternatives, letters);
    case 'Quantifier':
      return examples(element.element, letters).map((example) => example.repeat(Math.max(element.min, 1)));
    default:
      return [''];
  }
}

function examplesOf(alternatives: readonly AST.Alternative[], letters: readonly string[]): string[] {
  const all = alternatives.flatMap(({ elements }) => {
    const parts = elements.map((element) => examples(element, letters));
    const width = Math.max(1, ...parts.map(({ length }) => length));
    return Array.from({ length: width }, (_, index) =>
      parts.map((part) => part[Math.min(index, part.length - 1)] ?? '').join(''),
    );
  });
  return [...new Set(all)].filter((example) => example !== '').slice(0, MOST_PIECES);
}
