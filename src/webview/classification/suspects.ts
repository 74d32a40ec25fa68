/** Going through the slices in which the model suspects blood. */
import { t } from '../l10n';
import type { Viewer } from '../viewer';
import { slicesOfPlane, suspected } from './state';

/** Shows the next slice that the model suspects in a direction, wrapping around at the ends. */
export function goToSuspected(viewer: Viewer, direction: 1 | -1): void {
  const shown = slicesOfPlane(viewer);
  if (shown) viewer.goToOneOf(suspected(shown), shown.plane, direction, t('The model suspects no slice.'));
  else viewer.say(t('There is no classification of this scan.'));
}
