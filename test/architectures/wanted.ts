/** Which networks a run of `npm run test:architectures` is about. */

const parts = process.env.HEMORICA_ARCHITECTURES?.split(',').filter((part) => part !== '') ?? [];

/** Whether a name has one of the parts that the command names; true of all if it names none. */
export const isWanted = (name: string): boolean => parts.length === 0 || parts.some((part) => name.includes(part));
