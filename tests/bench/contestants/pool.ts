import pg from 'pg'
import { databaseUrl, table } from './shared.ts'

/** A size chosen by hand, between pg's default of 10 and one per load connection; POOL tries others. Nobody has tuned it yet. */
export const pool = new pg.Pool({ connectionString: databaseUrl, max: Number(process.env.POOL ?? 16) })
await pool.query(table)
