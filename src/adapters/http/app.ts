import { Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { problem } from '#adapters/http/errors.ts'
import { loggedPath, requestLog } from '#adapters/http/request-log.ts'
import type { HttpOptions, RequestEnv } from '#adapters/http/scope.ts'
import { createAppConfig } from '#adapters/http/surfaces/app-config.ts'
import { createApplication } from '#adapters/http/surfaces/application/index.ts'
import { createClient } from '#adapters/http/surfaces/client/index.ts'
import { createMediaFiles } from '#adapters/http/surfaces/media.ts'
import { createOAuthCallback } from '#adapters/http/surfaces/oauth-callback.ts'
import { createPlatform } from '#adapters/http/surfaces/platform/index.ts'
import { createProviderNotices } from '#adapters/http/surfaces/provider-notices.ts'
import { createReturnPages } from '#adapters/http/surfaces/return-pages.ts'
import { createService } from '#adapters/http/surfaces/service.ts'
import { createUploadBringing } from '#adapters/http/surfaces/uploads.ts'
import { createWebhookIntake, createWebhooks, type WebhookIntake } from '#adapters/http/surfaces/webhooks.ts'

export type { HttpOptions, Readiness, Scope } from '#adapters/http/scope.ts'

const createRouter = (options: HttpOptions, takeIn: WebhookIntake): Hono<RequestEnv> => {
  const app = new Hono<RequestEnv>()
  app.onError((error, c) => {
    options.logger.error('http.failed', { requestId: c.var.requestId, method: c.req.method, path: loggedPath(c.req.path), error })
    return problem(c, 'internal.error')
  })
  app.notFound((c) => problem(c, 'resource.unknown'))
  app.route('/', createWebhooks(options, takeIn))
  app.use(requestLog(options, 'info'))
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '))
        return problem(c, 'request.wrong_method')
      },
    }),
  )
  return app
    .route('/', createService(options))
    .route('/api/v1', createApplication(options))
    .route('/public/api/v1/inboxes/:inbox_identifier', createClient(options))
    .route('/platform/api/v1', createPlatform(options))
    .route('/super_admin/app_config', createAppConfig(options))
    .route('/', createMediaFiles(options))
    .route('/', createUploadBringing(options))
    .route('/', createReturnPages())
    .route('/', createOAuthCallback(options))
    .route('/', createProviderNotices(options))
}

/** Everything that Dovecote answers over HTTP, for any runtime that has `fetch`. What providers push does not take the way through the router. */
export const createHttpApp = (options: HttpOptions): Hono<RequestEnv> => {
  const takeIn = createWebhookIntake(options)
  const app = createRouter(options, takeIn)
  const route = app.fetch
  return Object.assign(app, { fetch: (...given: Parameters<typeof route>) => takeIn(given[0]) ?? route(...given) })
}
