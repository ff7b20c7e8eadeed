/** The radius, in sigmas, that holds a share p of a two-dimensional normal distribution: sqrt(-2 ln(1 - p)). */
export const SIGMAS_90 = Math.sqrt(-2 * Math.log(1 - 0.9))
