import type { SettingSpec } from '#application/ports/settings.ts'

const longest = 2048

/** What is wrong with a value for a setting: the end of a sentence that begins with its name. Never tells the value itself. */
export const settingProblem = ({ form }: SettingSpec, value: string): string | undefined => {
  if (value.length > longest) return `is longer than ${longest} characters; shorten it`
  return form && !form.pattern.test(value) ? form.otherwise : undefined
}
