/** Name of the format, in every annotation file. */
export const ANNOTATION_FORMAT = 'hemorica.annotation';

/** Version that is written; versions above it are refused, versions below are upgraded when read. */
export const ANNOTATION_VERSION = 1;
