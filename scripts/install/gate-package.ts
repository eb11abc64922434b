/** The package of a gate alone: what its programs load, at the versions of the project. Pure. */

export interface Package {
  readonly version: string
  readonly license: string
  readonly scripts: Readonly<Record<'gate' | 'console', string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly overrides: Readonly<Record<string, unknown>>
  readonly allowScripts: Readonly<Record<string, boolean>>
}

/** Names that npm looks up in the packages of the project, and in none else. */
const only = <T>(from: Readonly<Record<string, T>>, names: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.has(name)))

/** What a site runs, with the options of the project. */
const PROGRAMS = new Set(['gate', 'console'])

/** `packages`: that are loaded; those that the project does not list come with others. */
export function gatePackage(project: Package, packages: readonly string[]) {
  const wanted = new Set(packages)
  const dependencies = only(project.dependencies, wanted)
  const names = new Set(Object.keys(dependencies))
  return {
    name: 'wicketgate-gate',
    version: project.version,
    description: 'A station gate that verifies QR passes offline: the gate controller alone.',
    license: project.license,
    private: true,
    type: 'module',
    scripts: only(project.scripts, PROGRAMS),
    dependencies,
    optionalDependencies: project.optionalDependencies,
    overrides: only(project.overrides, names),
    allowScripts: only(project.allowScripts, new Set([...names, '@serialport/bindings-cpp'])),
  }
}
