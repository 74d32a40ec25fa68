/**
 * Thresholds of single labels beside the one that holds for all others. When a user moves that one,
 * they move along: the odds of each, p / (1 - p), are multiplied by the same factor, so that all stay
 * between 0 and 1 and in their order.
 */
import type { Subtype } from '../annotation/subtype';
import type { FindingClass } from './classify';

/** Thresholds of the labels that have one of their own, between 0 and 1. */
export type LabelThresholds = Readonly<Partial<Record<FindingClass, number>>>;

/** Factors of odds; of subtypes that have none it is 1. */
export type SubtypeOdds = Readonly<Partial<Record<Subtype, number>>>;

/** What the odds of one probability are multiplied by to get those of another; both between 0 and 1. */
export function oddsFactor(from: number, to: number): number {
  return (to / (1 - to)) * ((1 - from) / from);
}

/** A probability with its odds multiplied; what a network calls one may be off 0 to 1 by rounding. */
export function withOdds(probability: number, factor: number): number {
  if (factor === 1) return probability;
  const within = Math.min(1, Math.max(0, probability));
  return (within * factor) / (1 - within + within * factor);
}

/** Factors that bring what just reaches a label's own threshold to the common one; undefined where no label has one. */
export function oddsOf(thresholds: LabelThresholds | undefined, common: number): SubtypeOdds | undefined {
  if (!thresholds) return undefined;
  return Object.fromEntries(Object.entries(thresholds).map(([label, own]) => [label, oddsFactor(own, common)]));
}

/** The probability that no factor brings above another one. */
export function leastReaching(probability: number, odds: SubtypeOdds | undefined): number {
  return withOdds(probability, 1 / Math.max(1, ...Object.values(odds ?? {})));
}
