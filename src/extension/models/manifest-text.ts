/** Where in the text of a manifest the field stands that an error names. */
import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';

export interface TextPlace {
  readonly offset: number;
  readonly length: number;
}

/** Errors of manifests name their field in quotes, such as "input.channels[0].window.width". */
const FIELD = /"([A-Za-z$][\w$]*(?:\.[A-Za-z$][\w$]*|\[\d+\])*)"/;

/**
 * The value of the field that an error's text names first or, where that is missing, of the nearest
 * one around it. Undefined where it names none, or the text is no JSON.
 */
export function placeOf(text: string, error: string): TextPlace | undefined {
  const [, field] = FIELD.exec(error) ?? [];
  const root = parseTree(text);
  if (field === undefined || !root) return undefined;
  const path = field.split(/\.|(?=\[)/).map((part) => (part.startsWith('[') ? Number(part.slice(1, -1)) : part));
  for (let depth = path.length; depth >= 0; depth--) {
    const node = findNodeAtLocation(root, path.slice(0, depth));
    if (node) return placeOfNode(node, depth === path.length);
  }
  return undefined;
}

/** The name and the value of a property; of what only stands around the field just the name, or the opening bracket. */
function placeOfNode(node: Node, whole: boolean): TextPlace {
  const property = node.parent?.type === 'property' ? node.parent : undefined;
  if (whole) return { offset: (property ?? node).offset, length: (property ?? node).length };
  const name = property?.children?.[0];
  return name ? { offset: name.offset, length: name.length } : { offset: node.offset, length: 1 };
}
