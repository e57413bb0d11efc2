/** A number of things in a sentence: `1 frame`, `2 frames`, `0 dead letters`. */
export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`
