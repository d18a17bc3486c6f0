/** Pages count from 1; what is no such number is the first page. */
export const offsetOf = (page: number, perPage: number): number => (Number.isSafeInteger(page) && page > 1 ? (page - 1) * perPage : 0)
