/** Small helpers over the DOM, so that panels read as what they show. */

type Child = Node | string | undefined;

interface Attributes {
  readonly class?: string;
  readonly title?: string;
  readonly role?: string;
  readonly text?: string;
  readonly style?: Readonly<Record<string, string>>;
  /** Further attributes by name; undefined leaves one out. */
  readonly attributes?: Readonly<Record<string, string | undefined>>;
}

/** An HTML element with attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  children: readonly Child[] = [],
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (attributes.class) node.className = attributes.class;
  if (attributes.title) node.title = attributes.title;
  if (attributes.role) node.setAttribute('role', attributes.role);
  if (attributes.text !== undefined) node.textContent = attributes.text;
  for (const [name, value] of Object.entries(attributes.style ?? {})) node.style.setProperty(name, value);
  for (const [name, value] of Object.entries(attributes.attributes ?? {})) {
    if (value !== undefined) node.setAttribute(name, value);
  }
  for (const child of children) if (child !== undefined) node.append(child);
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';

/** An SVG element with attributes. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
  children: readonly Node[] = [],
): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** Runs a function at most once per animation frame, however often it is asked. */
export function perFrame(draw: () => void): () => void {
  let pending = false;
  return () => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      draw();
    });
  };
}

/** The next task, after events and painting have had their turn; not slowed down as timers are. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
