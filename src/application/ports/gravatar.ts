/** Where Gravatar would have a picture for an e-mail address; undefined where the installation does not ask it. Calls nobody. */
export type Gravatar = (email: string) => Promise<string | undefined>
