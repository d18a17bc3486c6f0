import { Hono } from 'hono'
import { createAccountsControl } from './control-accounts.ts'
import { createAppControl } from './control-app.ts'
import { createFaultsControl } from './control-faults.ts'
import { createPeopleControl } from './control-people.ts'
import { createTrafficControl } from './control-traffic.ts'
import { ControlError } from './input.ts'
import type { Simulation } from './simulation.ts'

/** `/control`: how tests and the demo steer the sandbox. Its routes are listed in README.md. */
export const createControlApp = (sim: Simulation): Hono =>
  new Hono()
    .onError((error) => {
      if (error instanceof ControlError) return problem(error.status, error.code, error.message)
      return problem(500, 'sandbox.broken', error.stack ?? error.message)
    })
    .route('/', createAppControl(sim))
    .route('/', createAccountsControl(sim))
    .route('/', createPeopleControl(sim))
    .route('/', createTrafficControl(sim))
    .route('/', createFaultsControl(sim))
    .all('*', (c) => problem(404, 'route.unknown', `There is no ${c.req.method} ${c.req.path}; see src/sandbox/README.md`))

const problem = (status: number, code: string, message: string): Response => Response.json({ error: message, code }, { status })
