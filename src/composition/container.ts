// The only file that knows tsyringe. The polyfill must stay the first import.
import 'reflect-metadata'
import { type DependencyContainer, instanceCachingFactory, container as root } from 'tsyringe'

export type Container = DependencyContainer

/** A name for something of type `T` in the container. */
export interface Token<T> {
  readonly key: symbol
  readonly type?: T
}

export const token = <T>(name: string): Token<T> => ({ key: Symbol(name) })

/** A flat container of its own: one for each composition, none nested. */
export const createContainer = (): Container => root.createChildContainer()

/** Makes it once, when it is first asked for. */
export const bind = <T>(container: Container, { key }: Token<T>, make: (container: Container) => T): void => {
  container.register<T>(key, { useFactory: instanceCachingFactory(make) })
}

export const get = <T>(container: Container, { key }: Token<T>): T => container.resolve<T>(key)
