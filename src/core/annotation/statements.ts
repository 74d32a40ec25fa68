/** Labels and the review state, read from parsed JSON; in the annotation and in conflicts. Both throw Flaw. */
import { type Presence, REVIEW_STATES, type Review, type ReviewState } from './annotation';
import { flaw, object, optionalText } from './check';
import type { JsonPath } from './error';

export function readReview(value: unknown, path: JsonPath): Review {
  const raw = object(value, path, ['state'], ['by']);
  const by = optionalText(raw.by, [...path, 'by']);
  if (!REVIEW_STATES.includes(raw.state as ReviewState))
    throw flaw([...path, 'state'], `One of ${REVIEW_STATES.join(', ')} belongs here.`);
  return { state: raw.state as ReviewState, ...(by === undefined ? {} : { by }) };
}

export function readPresence(value: unknown, path: JsonPath): Presence {
  if (value !== true && value !== false && value !== null) throw flaw(path, 'true, false or null belongs here.');
  return value;
}
