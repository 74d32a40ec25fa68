/** The manifest against the code and against itself: what VS Code would only find out when a user gets there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

interface Command {
  command: string;
  title: string;
}
interface Keybinding {
  command: string;
  key: string;
  when?: string;
}
interface Property {
  default?: unknown;
  scope?: string;
  description?: string;
  markdownDescription?: string;
}
interface Manifest {
  icon: string;
  contributes: {
    commands: Command[];
    keybindings: Keybinding[];
    menus: Record<string, { command: string }[]>;
    configuration: { properties: Record<string, Property> }[];
    walkthroughs: { steps: { description: string; media: { markdown: string }; completionEvents: string[] }[] }[];
  };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
}

const text = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(text) as Manifest;
const strings = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
const { commands, keybindings, menus, configuration, walkthroughs } = manifest.contributes;
const names = new Set(commands.map(({ command }) => command));

describe('the manifest', () => {
  it('has every string in package.nls.json, and nothing else there', () => {
    const used = new Set([...text.matchAll(/"%([^%"]+)%"/g)].map(([, key = '']) => key));
    assert.deepEqual([...used].sort(), Object.keys(strings).sort());
  });

  it('has no user-facing string of its own', () => {
    for (const { title } of commands) assert.match(title, /^%.+%$/);
    for (const group of configuration) {
      for (const [key, property] of Object.entries(group.properties)) {
        assert.match(property.description ?? property.markdownDescription ?? '', /^%.+%$/, key);
      }
    }
  });

  it('gives every setting a default, a scope and a name of three or four parts', () => {
    for (const [key, property] of configuration.flatMap((group) => Object.entries(group.properties))) {
      assert.match(key, /^hemorica\.[a-z]+(\.[a-z]+)?\.[a-zA-Z]+$/);
      assert.notEqual(property.default, undefined, key);
      assert.ok(property.scope, key);
    }
  });

  it('names only commands that it declares, in keys, menus and the walkthrough', () => {
    const links = Object.values(strings).flatMap((string) => [...string.matchAll(/command:(hemorica\.\w+)/g)]);
    const named = [
      ...keybindings.map(({ command }) => command),
      ...Object.values(menus).flatMap((items) => items.map(({ command }) => command)),
      ...links.map(([, command = '']) => command),
      ...walkthroughs.flatMap(({ steps }) =>
        steps.flatMap(({ completionEvents }) =>
          completionEvents.flatMap((event) => /^onCommand:(hemorica\..+)$/.exec(event)?.[1] ?? []),
        ),
      ),
    ];
    for (const command of named) assert.ok(names.has(command), command);
    assert.equal(names.size, commands.length);
  });

  it('lets keys act only while the view has the focus', () => {
    for (const { key, when = '' } of keybindings) {
      for (const part of ['hemorica.viewFocus', 'activeCustomEditorId', '!inputFocus', '!listFocus']) {
        assert.ok(when.includes(part), `${key}: ${part}`);
      }
    }
    const keys = keybindings.map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
  });

  it('has the files that it names', () => {
    assert.ok(existsSync(manifest.icon));
    for (const { steps } of walkthroughs)
      for (const { media } of steps) assert.ok(existsSync(media.markdown), media.markdown);
  });

  it('keeps settings that reach programs out of untrusted workspaces', () => {
    const all = configuration.flatMap((group) => Object.entries(group.properties));
    // A setting of the machine cannot be set by a workspace, trusted or not.
    const reaching = all.filter(
      ([key, { scope }]) => /^hemorica\.(inference|models)\./.test(key) && scope !== 'machine',
    );
    assert.deepEqual(
      [...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort(),
      reaching.map(([key]) => key).sort(),
    );
  });
});
