/**
 * The component toolkit. Its upstream is archived, so this folder alone imports it and everything
 * else asks this folder for controls: to exchange it is to rewrite this folder.
 */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from '@vscode/webview-ui-toolkit';

/** Registers the custom elements that this folder uses, once, before the first control is made. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());
}
