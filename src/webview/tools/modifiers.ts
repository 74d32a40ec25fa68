/** The keys that make tools do the opposite, also while the pointer rests. */

interface Modifiers {
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

const inverts = ({ ctrlKey, altKey, metaKey }: Modifiers): boolean => ctrlKey || altKey || metaKey;

/** Calls `changed` when one of them goes down or up while the pointer rests. */
function watch(changed: (opposite: boolean) => void): void {
  const heard = (event: KeyboardEvent): void => {
    if (event.key === 'Control' || event.key === 'Alt' || event.key === 'Meta') changed(inverts(event));
  };
  window.addEventListener('keydown', heard);
  window.addEventListener('keyup', heard);
  window.addEventListener('blur', () => changed(false));
}

export const ModifierKeys = { inverts, watch };
