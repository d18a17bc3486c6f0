import pg from 'pg'

/** The rows that one statement answers on a connection of its own. */
export const rowsOf = async (url: string, statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** Runs one statement on a connection of its own. */
export const execute = async (url: string, statement: string): Promise<void> => void (await rowsOf(url, statement))
